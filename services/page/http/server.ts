import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RunningServer {
  /** "http://127.0.0.1:2328". */
  readonly url: string;
  close(): Promise<void>;
}

/** A client has so long for its request and its headers, so that slow ones do not hold connections. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16 * 1024,
};
const connectionsMax = 2000;
/** Who takes nothing of its answer for so long is cut off. Live streams say something more often. */
const silentMillisecondsMax = 60_000;

/** Serves a handler that says of each request whether it was its own. Throws where the address cannot be taken. */
export async function serve(
  { host, port }: { readonly host: string; readonly port: number },
  handle: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<RunningServer> {
  const server = createServer(limits, (request, response) => {
    if (handle(request, response)) return;
    response.writeHead(404, {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    response.end('Not found.\n');
  });
  server.maxConnections = connectionsMax;
  server.timeout = silentMillisecondsMax;
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
