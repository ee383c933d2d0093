import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { RunningServer } from '#runtime/http/server.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { processMetrics } from '../../services/main-job/kafka/run-command-metrics.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';

let probes: RunningServer;
before(async () => {
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  const metrics = new Metrics();
  processMetrics('feeder', health, metrics);
  probes = await openProbes({ host: '127.0.0.1', port: 0 }, health, metrics, { warn: console.error });
});
after(() => probes.close());

test('the types of both formats are those that Prometheus 3 wants', async () => {
  const types: string[] = [];
  for (const accept of ['text/plain;version=0.0.4', 'application/openmetrics-text;version=1.0.0']) {
    const response = await fetch(`http://${probes.address}/metrics`, { headers: { accept } });
    assert.match(await response.text(), /^steadybeat_build_info\{process="feeder",/m);
    types.push(response.headers.get('content-type')!);
  }
  assert.deepEqual(types, [
    'text/plain; version=0.0.4; charset=utf-8',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  ]);
});

test('only GET and HEAD, and only what there is', async () => {
  const status = async (method: string, path: string) =>
    (await fetch(`http://${probes.address}${path}`, { method })).status;
  assert.deepEqual([await status('HEAD', '/metrics'), await status('GET', '/readyz')], [200, 503]);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal(await status(method, '/metrics'), 405);
  for (const path of ['/', '/metrics/../package.json', '/..%2f..%2fetc%2fpasswd', '/__proto__', '//metrics'])
    assert.equal(await status('GET', path), 404, path);
});

/** What comes back on a connection on which this is said, until the server ends it. */
async function answered(said: string): Promise<string> {
  const socket: Socket = connect(Number(probes.address.split(':')[1]), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(said);
  await once(socket, 'close');
  return text;
}

test('nothing that is asked comes back', async () => {
  const text = await answered(
    'GET /%0d%0ax-injected:%201?<script> HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  assert.match(text, /^HTTP\/1\.1 404 /);
  assert.doesNotMatch(text, /injected|script/);
});

test('too much in the headers, and a request that never ends, are cut off', async () => {
  const long = await answered(`GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 431 /);
  assert.match(await answered('GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '), /^HTTP\/1\.1 408 /);
});
