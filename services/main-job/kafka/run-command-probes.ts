import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '#page/http/page.ts';
import type { Metrics } from '#runtime/metrics/metrics.ts';
import type { Health, Verdict } from './run-command-health.ts';

export interface Probes {
  /** "127.0.0.1:8080". */
  readonly address: string;
  close(): Promise<void>;
}

/** Who is slower than this with a request is cut off. */
const requestTimeoutMs = 5_000;
/** Who takes nothing of its answer for so long is cut off. The page's live streams say something more often. */
const silentMsMax = 60_000;
/** Viewers of the page, mostly. */
const connectionsMax = 1_200;
const headerBytesMax = 8 * 1024;

/** Answers GET /livez and GET /readyz with 200 or 503 and a line that says why, GET /metrics, and what is the page's, if there is one. */
export async function openProbes(
  { host, port }: { host: string; port: number },
  health: Health,
  metrics: Metrics,
  page?: Page,
): Promise<Probes> {
  const limits = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: requestTimeoutMs / 2,
    maxHeaderSize: headerBytesMax,
  };
  const server = createServer(limits, (request, response) => {
    if (page?.handle(request, response)) return;
    void answer(request, response, health, metrics);
  });
  server.maxConnections = connectionsMax;
  server.timeout = silentMsMax;
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    address: family === 'IPv6' ? `[${address}]:${taken}` : `${address}:${taken}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  health: Health,
  metrics: Metrics,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return line(response, 405, 'only GET and HEAD are answered');
  }
  switch (request.url?.split('?', 1)[0]) {
    case '/livez':
      return told(response, health.live());
    case '/readyz':
      return told(response, health.ready());
    case '/metrics': {
      const { contentType, text } = await metrics.exposition(request.headers.accept ?? '');
      response.setHeader('content-type', contentType);
      response.setHeader('cache-control', 'no-store');
      response.end(text);
      return;
    }
    default:
      return line(response, 404, 'there are /livez, /readyz and /metrics');
  }
}

const told = (response: ServerResponse, { isWell, why }: Verdict): void =>
  line(response, isWell ? 200 : 503, why);

function line(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('x-content-type-options', 'nosniff');
  response.end(`${text}\n`);
}
