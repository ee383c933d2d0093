import { once } from 'node:events';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { Entrance, type Handle, type Refused } from './entrance.ts';
import { readWebConfig, type ServerTls, type WebConfig } from './web-config.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ServeOptions {
  /** Without it anybody who reaches the address may look. */
  readonly web?: WebConfig | undefined;
  /** What is answered without a password. */
  readonly openPaths?: readonly string[];
  /** One line for people: what is open to more than it should be, and what is wrong with a changed file. */
  readonly warn: (line: string) => void;
}

export interface RunningServer {
  /** "127.0.0.1:2328". */
  readonly address: string;
  /** "https://127.0.0.1:2328". */
  readonly url: string;
  readonly refused: Readonly<Refused>;
  /** Reads the file of who may look again; it does so by itself now and then, since certificates are renewed. */
  reload(): void;
  close(): Promise<void>;
}

/** Whoever needs longer for a handshake, the headers or the request is cut off, so that slow ones hold no connections. */
const requestTimeoutMs = 8_000;
const limits = {
  headersTimeout: requestTimeoutMs,
  requestTimeout: requestTimeoutMs,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16 * 1024,
};
/** Viewers of the page, mostly. */
const connectionsMax = 2_000;
/** Who takes nothing of its answer for so long is cut off. Live streams say something more often. */
const silentMsMax = 60_000;
const reloadEveryMs = 30_000;

/** The one HTTP server of every process. Throws where the address cannot be taken. */
export async function serve(address: Address, handle: Handle, options: ServeOptions): Promise<RunningServer> {
  const { web, openPaths } = options;
  const mindsHost = web === undefined && isLoopback(address.host);
  const entrance = new Entrance(handle, { web, openPaths, mindsHost });
  const { server, scheme } = listener(web?.tls, (request, response) => entrance.enter(request, response));
  server.maxConnections = connectionsMax;
  server.timeout = silentMsMax;
  server.listen(address.port, address.host);
  await once(server, 'listening');
  warnOfExposure(address, options);
  const { address: ip, family, port } = server.address() as AddressInfo;
  const taken = family === 'IPv6' ? `[${ip}]:${port}` : `${ip}:${port}`;
  const reload = () => reloaded(options, server, entrance);
  const timer = web && setInterval(reload, reloadEveryMs).unref();
  return {
    address: taken,
    url: `${scheme}://${taken}`,
    refused: entrance.refused,
    reload,
    close: async () => {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
      await Promise.all([once(server, 'close'), entrance.close()]);
    },
  };
}

function listener(tls: ServerTls | undefined, listen: RequestListener) {
  if (tls === undefined) return { server: createServer(limits, listen), scheme: 'http' };
  const server = createTlsServer(
    { ...limits, ...secureContext(tls), handshakeTimeout: requestTimeoutMs, ALPNProtocols: ['http/1.1'] },
    listen,
  );
  return { server, scheme: 'https' };
}

/** A client that has to show a certificate and has none does not get through its handshake. */
const secureContext = ({ ca, ...own }: ServerTls) => ({
  ...own,
  ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
});

/** Puts what changed in the file in force; a file with mistakes changes nothing. */
function reloaded({ web, warn }: ServeOptions, server: HttpServer | HttpsServer, entrance: Entrance): void {
  if (web === undefined) return;
  try {
    const changed = readWebConfig(web.file);
    const { tls } = changed;
    if (
      (tls === undefined) !== (web.tls === undefined) ||
      (tls?.ca === undefined) !== (web.tls?.ca === undefined)
    )
      throw new Error(
        `${web.file}: whether there is TLS, or client certificates, changes with a restart only`,
      );
    if (tls !== undefined) (server as HttpsServer).setSecureContext(secureContext(tls));
    entrance.set(changed);
  } catch (error) {
    warn(`what was in force stays: ${(error as Error).message}`);
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function warnOfExposure({ host, port }: Address, { web, warn }: ServeOptions): void {
  if (isLoopback(host)) return;
  const asksWho = web !== undefined && (web.users.size > 0 || web.tls?.ca !== undefined);
  if (!asksWho)
    warn(`whoever reaches ${host}:${port} may look: nothing asks who it is (deploy/README.md, Who may look)`);
  else if (web.tls === undefined)
    warn(`passwords come to ${host}:${port} unencrypted (deploy/README.md, Who may look)`);
}
