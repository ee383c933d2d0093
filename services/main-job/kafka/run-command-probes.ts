import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from '#page/http/page.ts';
import { pathOf } from '#runtime/http/entrance.ts';
import { type RunningServer, type ServeOptions, serve } from '#runtime/http/server.ts';
import type { Metrics } from '#runtime/metrics/metrics.ts';
import type { Health, Verdict } from './run-command-health.ts';

export interface ProbesOptions extends Pick<ServeOptions, 'web' | 'warn'> {
  readonly page?: Page | undefined;
}

/** Whoever starts processes again has no password: what they tell is one line. */
const openPaths = ['/livez', '/readyz'];

/** Answers /livez and /readyz with 200 or 503 and a line that says why, /metrics, and what is the page's, if there is one. */
export async function openProbes(
  address: { host: string; port: number },
  health: Health,
  metrics: Metrics,
  { page, ...options }: ProbesOptions,
): Promise<RunningServer> {
  const server = await serve(
    address,
    (request, response) => page?.handle(request, response) || answer(request, response, health, metrics),
    { ...options, openPaths },
  );
  if (options.web !== undefined)
    metrics.counter(
      {
        name: 'steadybeat_http_requests_refused_total',
        help: 'Requests to this process that were turned away: wrong_password, or busy with checking others',
        labels: ['reason'],
      },
      (tell) => {
        tell(server.refused.wrongPassword, 'wrong_password');
        tell(server.refused.busy, 'busy');
      },
    );
  return server;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  health: Health,
  metrics: Metrics,
): boolean {
  switch (pathOf(request)) {
    case '/livez':
      told(response, health.live());
      return true;
    case '/readyz':
      told(response, health.ready());
      return true;
    case '/metrics':
      void expose(request, response, metrics);
      return true;
    default:
      return false;
  }
}

async function expose(request: IncomingMessage, response: ServerResponse, metrics: Metrics): Promise<void> {
  const { contentType, text } = await metrics.exposition(request.headers.accept ?? '');
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-store');
  response.end(text);
}

function told(response: ServerResponse, { isWell, why }: Verdict): void {
  response.statusCode = isWell ? 200 : 503;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${why}\n`);
}
