import { createServer, type Server } from 'node:net';

/** Ports of loopback that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  return ports;
}

const listening = (): Promise<Server> =>
  new Promise((resolve) => {
    const server: Server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
