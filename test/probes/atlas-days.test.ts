import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { parseSecond } from '#core/event-time.ts';
import { storedProbes } from '#core/probe/probe-minutes.ts';
import { readAtlasFile } from '../../services/active-prober/atlas-file.ts';
import { detectProbes } from './detect-probes.ts';

const dataFolder = process.env.STEADYBEAT_DATA;
const skip = dataFolder === undefined && 'STEADYBEAT_DATA is not set';
const noOrigins = () => 0;

function incidentsOf(file: string): Anomaly[] {
  const { results, refused } = readAtlasFile(join(dataFolder!, 'probes', file), noOrigins);
  assert.equal(refused.size, 0);
  return detectProbes(storedProbes('atlas:7000', results)).filter(
    ({ transition }) => transition === 'opened',
  );
}

test('Comcast, 2015-02-10: said within 10 minutes of the first of its probes that went', {
  skip,
}, (context) => {
  const opened = incidentsOf('InternetHealthReport_disco__comcast_7000_20150210.json');
  for (const { summary } of opened) context.diagnostic(summary);
  const comcast = opened.find(({ subject }) => subject === 'as:7922');
  assert.equal(comcast?.kind, 'dataPlane');
  assert.equal(comcast.startSecond, parseSecond('2015-02-10T23:50:33Z'));
  assert.ok(comcast.eventSecond - comcast.startSecond <= 600);
  // Probes by the dozen went in three other ASes on that day.
  assert.deepEqual(opened.map(({ subject }) => subject).sort(), ['as:5089', 'as:6830', 'as:6939', 'as:7922']);
});

test('an ordinary day, 2016-06-16: nothing is said but of the AS that lost 9 of its 15 probes for 100 minutes', {
  skip,
}, (context) => {
  const opened = incidentsOf('InternetHealthReport_disco__generalJune16_7000_20160616.json.gz');
  for (const { summary } of opened) context.diagnostic(summary);
  assert.deepEqual(
    opened.map(({ subject }) => subject),
    ['as:43754'],
  );
});
