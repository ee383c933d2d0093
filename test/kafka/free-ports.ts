import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below those that systems give to outgoing connections: a client that tries to reach a broker which is away could be given the
 * broker's own port, connect to itself, and keep the broker from coming back.
 */
const firstPort = 10_000;
const endPort = 32_000;

/** Ports of loopback that nobody listens on now, and that stay so until somebody means to. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>();
  while (servers.size < count) {
    const port = randomInt(firstPort, endPort);
    const server = servers.has(port) ? undefined : await listening(port);
    if (server !== undefined) servers.set(port, server);
  }
  for (const server of servers.values()) server.close();
  return [...servers.keys()];
}

/** Undefined where somebody else listens. */
async function listening(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}
