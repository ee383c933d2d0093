/** The demo: December 2014, shifted so that its blackout is now, raises real alerts, and the page says that it is shifted. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { Pace } from '../../services/feeder/pace.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { exportedPage } from '../../services/main-job/kafka/run-command-page.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { ExporterWorld } from './exporter-world.ts';
import { Monitoring, type Told } from './monitoring.ts';
import { noAlertmanager, noPrometheus } from './prometheus-tools.ts';

const demoFiles = fileURLToPath(new URL('../../deploy/demo-files.mjs', import.meta.url));

test('the blackout of the demo is told to those who are on call, and the page says what it is', {
  skip: noPrometheus || noAlertmanager,
  timeout: 600_000,
}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-demo-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const written = spawnSync(process.execPath, [demoFiles, '--now', folder], { encoding: 'utf8' });
  assert.equal(written.status, 0, written.stderr);
  const files = globSync(path.join(folder, '*/*.mrt')).map(diskFile);

  const world = new ExporterWorld();
  world.second = Math.floor(Date.now() / 1000);
  await world.open();
  await world.start();
  const page = exportedPage();
  const pipeline = await startPipeline(
    { updatePartitions: 1, blockPartitions: 1, onAnomaly: page.onAnomaly, onScores: page.onScores },
    world.log,
  );
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  const server = await openProbes({ host: '127.0.0.1', port: 0 }, health, world.metrics, {
    page,
    warn: console.error,
  });
  const pace = new Pace(Date.now);
  const feed = new Feed({ partitions: 1, beforeMinute: (minute) => pace.until(minute) }, world.log);
  const fed = feed.run(files);
  const monitoring = new Monitoring();
  try {
    await monitoring.start([server.address]);
    // While the past is replayed it may be told as it was then: info, to nobody.
    const isBlackout = ({ labels, receiver }: Told) =>
      labels.alertname === 'OutageFull' && labels.severity === 'critical' && receiver === 'on-call';
    await monitoring.until('nobody was told of the blackout', async () => monitoring.told.some(isBlackout));
    const { labels, annotations } = monitoring.told.find(isBlackout)!;
    assert.equal(labels.asn, '131279');
    assert.match(annotations.summary!, /AS131279 is gone/);
    // The beat before it is confirmed, and not told any more: the outage is the news.
    await monitoring.until('the beat is not inhibited', async () =>
      (await monitoring.inhibited()).includes('BeatConfirmed'),
    );
    for (const one of monitoring.told) {
      if (one.labels.alertname === 'BeatConfirmed') assert.equal(one.receiver, 'newsroom');
      if (one.labels.alertname === 'OutageFull' && one.labels.severity === 'info')
        assert.equal(one.receiver, 'log');
      if (one.receiver === 'on-call') assert.equal(one.labels.incident, labels.incident);
    }

    const shown = await (await fetch(`http://${server.address}/incidents/${labels.incident}`)).text();
    assert.match(shown, /Not the Internet as it is now: a reconstruction of the past, shifted by 4\d{3} d/);
    assert.match(shown, /here was 22 Dec 2014 17:[2-5]\d\./);
    assert.match(shown, /reconstructed-rrc00\+4\d{3}d/);
    // Of what lies in the future nothing was told.
    const { minute } = feed.totals();
    assert.ok(60 * minute! <= Date.now() / 1000, `${minute}`);
  } finally {
    feed.stop();
    pace.stop();
    await fed;
    await pipeline.drained();
    await pipeline.stop();
    await monitoring.stop();
    page.close();
    await server.close();
    await world.close();
  }
});
