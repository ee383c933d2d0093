import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health, Verdict } from './run-command-health.ts';

export interface Probes {
  /** "127.0.0.1:8080". */
  readonly address: string;
  close(): Promise<void>;
}

/** Answers GET /livez and GET /readyz with 200 or 503 and a line that says why. */
export async function openProbes(
  { host, port }: { host: string; port: number },
  health: Health,
): Promise<Probes> {
  const answers: Readonly<Record<string, () => Verdict>> = {
    '/livez': () => health.live(),
    '/readyz': () => health.ready(),
  };
  const server = createServer((request, response) => {
    const verdict = Object.hasOwn(answers, request.url ?? '') ? answers[request.url!]!() : undefined;
    response.statusCode = verdict === undefined ? 404 : verdict.isWell ? 200 : 503;
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`${verdict?.why ?? 'there are /livez and /readyz'}\n`);
  });
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
