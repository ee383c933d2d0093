/** A real Prometheus takes the same web configuration file as Steadybeat, and scrapes with its password over TLS. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { stringify } from 'yaml';
import { readWebConfig } from '#runtime/http/web-config.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { processMetrics } from '../../services/main-job/kafka/run-command-metrics.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { makeCertificates } from '../kafka/certificates.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { noPrometheus, prometheus, promtool, run } from './prometheus-tools.ts';

interface Target {
  readonly labels: { readonly job: string };
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

test('scraped with the password, and not with another', { skip: noPrometheus }, async (t) => {
  const { folder, ca } = makeCertificates();
  const at = (name: string) => path.join(folder, name);
  const web = at('web.yml');
  copyFileSync(path.join(import.meta.dirname, '../../deploy/web-config.example.yml'), web);
  copyFileSync(at('broker.pem'), at('certificate.pem'));
  copyFileSync(at('broker.key'), at('key.pem'));
  assert.deepEqual(run(promtool, ['check', 'web-config', web]), { status: 0, output: `${web} SUCCESS\n` });

  const metrics = new Metrics();
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  processMetrics('feeder', health, metrics);
  const address = { host: '127.0.0.1', port: 0 };
  const server = await openProbes(address, health, metrics, { web: readWebConfig(web), warn: assert.fail });
  t.after(() => server.close());

  const job = (job_name: string, password: string, scheme = 'https') => ({
    job_name,
    scheme,
    basic_auth: { username: 'prometheus', password },
    tls_config: { ca_file: ca },
    static_configs: [{ targets: [server.address] }],
  });
  const jobs = [job('right', 'example'), job('wrong', 'Example'), job('plain', 'example', 'http')];
  const global = { scrape_interval: '1s', scrape_timeout: '1s' };
  writeFileSync(at('prometheus.yml'), stringify({ global, scrape_configs: jobs }));
  const [port] = await freePorts(1);
  const child = spawn(
    prometheus,
    [
      `--config.file=${at('prometheus.yml')}`,
      `--storage.tsdb.path=${at('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.config.file=${web}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });

  let found: readonly Target[] = [];
  while (
    found.length < jobs.length ||
    found.some(({ health, labels, lastError }) => isEarly(health, labels.job, lastError))
  ) {
    await setTimeout(500);
    found = await targets(`https://127.0.0.1:${port}/api/v1/targets?state=active`, ca);
  }
  const errors = Object.fromEntries(found.map(({ labels, lastError }) => [labels.job, lastError]));
  assert.equal(errors.right, '');
  assert.equal(errors.wrong, 'server returned HTTP status 401 Unauthorized');
  assert.notEqual(errors.plain, '');
});

/** Not yet scraped; a busy machine misses a scrape or two. */
const isEarly = (health: Target['health'], job: string, lastError: string): boolean =>
  health === 'unknown' || (job === 'right' && health === 'down' && /deadline|timeout/i.test(lastError));

/** None while Prometheus does not answer yet. */
function targets(url: string, ca: string): Promise<readonly Target[]> {
  const options = { ca: readFileSync(ca), auth: 'prometheus:example' };
  return new Promise((resolve, reject) => {
    get(url, options, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      if (response.statusCode === 503) resolve([]);
      else if (response.statusCode === 200)
        resolve((JSON.parse(text) as { data: { activeTargets: Target[] } }).data.activeTargets);
      else reject(new Error(`${response.statusCode} ${text}`));
    }).on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? resolve([]) : reject(error),
    );
  });
}
