/** `npm start -- why`: half a day on a log on disk, asked for, derived again, and asked for where too little is kept. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { samplePeersSecond } from '#core/detect/sample-peers.ts';
import { formatSecond, minuteOf } from '#core/event-time.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { rederive } from '../../services/main-job/why/rederive.ts';
import { folderLog, type StoredLog } from '../../services/main-job/why/stored-log.ts';
import { compareVerdicts } from '../../services/main-job/why/verdict.ts';
import { steadybeat } from './command.ts';
import { removeSmallWorld, writeSmallWorld } from './small-world.ts';
import { readAnomalies } from './stored-anomalies.ts';

const world = writeSmallWorld();
const data = join(world.folder, 'data');
let told: readonly Anomaly[] = [];
let blackout: Anomaly;

before(async () => {
  const { status, stderr } = await steadybeat(['--data', data, ...world.files]);
  assert.equal(status, 0, stderr);
  told = await readAnomalies(data);
  blackout = told.findLast(({ kind, durationSeconds }) => kind === 'outageFull' && durationSeconds >= 3000)!;
});
after(() => removeSmallWorld(world));

test('the evidence is printed, and the same verdict comes out of the log again', async () => {
  const { incidentId } = blackout;
  const { status, stdout, stderr } = await steadybeat(['why', incidentId, '--data', data]);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, new RegExp(`^${incidentId}  OUTAGE-FULL, .*, closed, \\w+\n`));
  assert.match(stdout, /The rule: visible share of the prefixes <= 0\.05 for 3 minutes in a row\n/);
  assert.match(stdout, /visible share: 0, threshold 0\.05\n/);
  assert.match(stdout, /\d+ of 24 full-feed peers lacked it at most, \d+ still had it;/);
  assert.match(stdout, /Some that lacked it when the networks went \(2\d{3}-\d\d-\d\d \d\d:\d\d\):\n/);
  assert.match(stdout, /down 175\.45\.176\.0\/24 \d+ of 24 peers\n/);
  assert.match(stdout, /The same verdict: all \d+ changes of the incident, with all their evidence\.\n$/);
});

test('no more peers are listed on either side than there were at the loss that is named', () => {
  let compared = 0;
  for (const [incidentId, transitions] of Map.groupBy(told, (one) => one.incidentId)) {
    for (const anomaly of transitions) {
      const { sampleUpdates, samplePeersFor, samplePeersAgainst } = anomaly.evidence;
      const second = samplePeersSecond(anomaly, transitions[0]!.eventSecond);
      if (second === undefined) continue;
      const loss = sampleUpdates.findLast((text) => text.startsWith(`${formatSecond(second)} down `))!;
      const [, lacking, live] = / (\d+) of (\d+) peers$/.exec(loss)!.map(Number);
      assert.ok(samplePeersFor.length <= lacking!, `${incidentId}: ${loss}`);
      assert.ok(samplePeersAgainst.length <= live! - lacking!, `${incidentId}: ${loss}`);
      compared++;
    }
  }
  assert.ok(compared > 10, String(compared));
});

test('in files it is derived anew, by the beginning of its id', async () => {
  const beat = told.find(({ kind }) => kind.startsWith('beat'))!;
  const args = ['why', beat.incidentId.slice(0, -3).toUpperCase(), ...world.files];
  const { status, stdout, stderr } = await steadybeat(args);
  assert.equal(status, 0, stderr);
  assert.ok(stdout.startsWith(`${beat.incidentId}  BEAT-`), stdout);
  assert.match(stdout, /Derived just now from [\d,]+ MRT records of 2 sources/);
});

test('wrong ids, and places without a log, are told in words', async () => {
  const wrong = blackout.incidentId.replace('outage', 'outtage');
  const unknown = await steadybeat(['why', wrong, '--data', data]);
  assert.equal(unknown.status, 2);
  assert.match(
    unknown.stderr,
    new RegExp(`there is no incident "${wrong}" in the log in .*The nearest ids:\n`),
  );
  assert.ok(unknown.stderr.includes(`  ${blackout.incidentId}\n`), unknown.stderr);
  assert.equal(unknown.stdout, '');
  const several = await steadybeat(['why', 'as131279-outage', '--data', data]);
  assert.equal(several.status, 2);
  assert.match(several.stderr, /"as131279-outage" begins the ids of several incidents/);
  const nowhere = await steadybeat(['why', 'x', '--data', join(world.folder, 'none')]);
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /there is no log in /);
});

/** The same log as it is when what was before a share of it is no longer kept. */
function cut(log: StoredLog, share: number): StoredLog {
  const { transport } = log;
  return {
    ...log,
    transport: {
      offsets: async (topic, partition) => {
        const { low, high } = await transport.offsets(topic, partition);
        return topic === bgpUpdates.topic
          ? { low: Math.floor(low + share * (high - low)), high }
          : { low, high };
      },
      scan: (...range) => transport.scan(...range),
      close: async () => {},
    },
  };
}

test('a log that begins too late gives another verdict, or none, and says what is missing', async () => {
  const stored = told.filter(({ incidentId }) => incidentId === blackout.incidentId);
  const through = minuteOf(blackout.eventSecond) + 10;
  const log = folderLog(data);
  try {
    const late = await rederive(cut(log, 0.5), through, () => {});
    assert.equal(late.cutSources.length, 2);
    assert.ok(late.firstMinute! > minuteOf(blackout.startSecond) - 8 * 60);
    assert.notEqual(compareVerdicts(stored, late.anomalies).case, 'identical');
    const none = await rederive(cut(log, 1), through, () => {});
    assert.equal(none.firstMinute, undefined);
    assert.deepEqual(none.anomalies, []);
  } finally {
    await log.transport.close();
  }
});
