/** Another watch file takes effect at the next start of the detector, on both logs: nothing is decided again, and nothing told twice. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { at, type ScriptedAs, scoresOf } from '#core/detect/scripted-scores.ts';
import { formatSecond } from '#core/event-time.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { anomalies, asScores, snapshotTopic } from '#runtime/topics.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { buildAnomalyDetector } from '../../services/anomaly-detector/service.ts';
import { keptValues } from '../../services/main-job/why/kept-values.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';

const networks = ['192.0.2.0/24', '198.51.100.0/24'];
const lost: ScriptedAs = {
  originAs: 64_500,
  ipv4: networks,
  losses: [{ from: at('2024-03-01T12:00Z'), prefixes: networks }],
};
const ases = [{ asn: 64_500, slash24s: 2, slash48s: 0 }];
const before: WatchFile = {
  hash: 'a'.repeat(64),
  groups: [{ name: 'before', title: '', ases, prefixes: [] }],
  mutes: [],
};
const after: WatchFile = {
  hash: 'b'.repeat(64),
  groups: [{ name: 'after', title: '', ases, prefixes: [] }],
  mutes: [{ subject: 'as:64500', fromSecond: 0, untilSecond: at('2025-01-01T00:00Z'), reason: 'works' }],
};

const scores = scoresOf({ from: at('2024-03-01T11:55Z'), until: at('2024-03-01T12:30Z'), ases: [lost] });
const restartAt = scores.findIndex(({ eventMinute }) => eventMinute * 60 >= at('2024-03-01T12:15Z'));

/** Each value with the next number of its producer. */
async function send(log: Transport, from: number, values: readonly AsScores[]): Promise<void> {
  const producer = await log.openProducer();
  for (const [i, value] of values.entries()) {
    const stamp = {
      producer: 'instability-scorer/0',
      sequence: from + i + 1,
      eventMinute: value.eventMinute,
    };
    const records = asScores.codec.encode(stamp, value);
    await producer.send(
      records.map((record) => ({ topic: asScores.topic, partition: 0, key: '', value: record })),
    );
  }
  await producer.close();
}

/** From where the last one left off to the end of what is there; stopped in order. */
async function runDetector(log: Transport, watchFile: WatchFile): Promise<void> {
  const snapshots = { everyEventMinutes: 1_000_000, everyInputBytes: 1e12 };
  const detector = buildAnomalyDetector({ snapshots, watchFile }, log);
  await detector.start();
  await detector.caughtUp(1);
  await detector.stop();
}

async function told(log: Transport): Promise<Anomaly[]> {
  const found: Anomaly[] = [];
  for await (const { value } of keptValues(log, anomalies, 0)) found.push(value);
  return found;
}

const line = ({ eventSecond, subject, transition, closeReason, muted, detector }: Anomaly): string =>
  [
    formatSecond(eventSecond).slice(11, 16),
    subject,
    closeReason ?? transition,
    muted?.reason ?? '',
    detector!.configurationHash,
  ].join(' ');

async function check(log: Transport): Promise<void> {
  await log.ensureTopics([
    { name: asScores.topic, partitions: 1, compacted: false },
    { name: anomalies.topic, partitions: 1, compacted: false },
    { name: snapshotTopic('anomaly-detector'), partitions: 1, compacted: true },
  ]);
  await send(log, 0, scores.slice(0, restartAt));
  await runDetector(log, before);
  const first = (await told(log)).map(line);
  await send(log, restartAt, scores.slice(restartAt));
  await runDetector(log, after);
  const all = (await told(log)).map(line);
  assert.deepEqual(all.slice(0, first.length), first);
  const [hashBefore, hashAfter] = [first[0]!, all.at(-1)!].map((one) => one.split(' ').at(-1)!);
  assert.notEqual(hashBefore, hashAfter);
  assert.deepEqual(first, [
    `12:03 group:before opened  ${hashBefore}`,
    `12:03 as:64500 opened  ${hashBefore}`,
    `12:10 group:before updated  ${hashBefore}`,
  ]);
  // The loss lasts long enough already for whoever watches it from now on.
  assert.deepEqual(all.slice(first.length), [
    `12:16 group:before retracted  ${hashAfter}`,
    `12:16 as:64500 updated works ${hashAfter}`,
    `12:18 group:after opened  ${hashAfter}`,
    `12:18 as:64500 updated works ${hashAfter}`,
  ]);
}

test('another watch file: the log on disk', async (t: TestContext) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-watch-'));
  const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, openDiskStorage(folder));
  t.after(async () => {
    await log.close();
    rmSync(folder, { recursive: true });
  });
  await check(log);
});

const { brokers, missing } = await testBroker();

test('another watch file: Kafka', { skip: brokers === undefined && missing }, async (t) => {
  const log = await KafkaTransport.open({
    brokers: brokers!,
    clientId: 'test',
    prefix: ownPrefix(),
    heartbeatIntervalMs: 100,
  });
  t.after(() => log.close());
  await check(log);
});
