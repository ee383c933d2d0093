import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { InputEvents } from '#runtime/input/input.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { CollectorFeed } from '#scenario/collector-feed.ts';
import { type GeneratedScenario, generate } from '#scenario/generate.ts';
import { scenarios } from '#scenario/scenarios/catalogue.ts';
import { ProbeRecords } from '../../services/active-prober/probe-records.ts';
import { detectorStamp } from '../../services/anomaly-detector/detector-stamp.ts';
import { Feed } from '../../services/feeder/feed.ts';
import type { MrtFile } from '../../services/feeder/mrt-file.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { detect } from './detect.ts';
import { judge } from './judge.ts';

/** The scenario as files: for each collector its table and its updates. */
function filesOf({ collectors }: GeneratedScenario): MrtFile[] {
  return collectors.flatMap((feed) => [
    file(feed, 'rib', feed.rib),
    file(feed, 'updates', () => minutesOf(feed)),
  ]);
}

function* minutesOf(feed: CollectorFeed): Generator<Uint8Array> {
  for (const { bytes } of feed.updates()) yield bytes;
}

function file({ collector }: CollectorFeed, kind: string, chunks: () => Iterable<Uint8Array>): MrtFile {
  async function* open(): InputEvents {
    let fileBytesRead = 0;
    for (const bytes of chunks()) {
      fileBytesRead += bytes.length;
      yield { case: 'chunk', bytes, fileBytesRead };
    }
  }
  return { name: `${collector}.${kind}`, source: collector, isSeed: false, bytes: 0, open };
}

/** The same bytes through feeder, topics and services. */
async function detectByPipeline(
  generated: GeneratedScenario,
  updatePartitions: number,
  blockPartitions: number,
): Promise<Anomaly[]> {
  const transport = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'acknowledged' }),
  );
  const anomalies: Anomaly[] = [];
  const onAnomaly = (anomaly: Anomaly): void => {
    anomalies.push(anomaly);
  };
  const probes = generated.probes !== undefined;
  const options = { updatePartitions, blockPartitions, probes, onAnomaly };
  const pipeline = await startPipeline(options, transport);
  const records = new ProbeRecords('prober:scenario');
  const producer = await transport.openProducer();
  for (const results of generated.probes?.records() ?? []) await producer.send(records.of(results));
  await producer.close();
  await Promise.race([pipeline.probesDrained(), pipeline.failed]);
  const feed = new Feed({ partitions: updatePartitions }, transport);
  await Promise.race([feed.run(filesOf(generated)), pipeline.failed]);
  await Promise.race([pipeline.drained(), pipeline.failed]);
  await pipeline.stop();
  await transport.close();
  return anomalies;
}

for (const [name, updatePartitions, blockPartitions] of [
  ['kp-2017', 2, 3],
  ['peer-reset', 3, 2],
  ['burst-20', 1, 1],
  ['prober-failure', 2, 2],
] as const) {
  test(`${name} through feeder, ${updatePartitions} and ${blockPartitions} partitions, says what the bare steps say`, async () => {
    const generated = generate(scenarios.get(name)!, 1);
    const anomalies = await detectByPipeline(generated, updatePartitions, blockPartitions);
    assert.deepEqual(judge(generated, anomalies).failures, []);
    // Who decides it is said by the service alone.
    const expected = detect(generated).map((anomaly) => ({ ...anomaly, detector: detectorStamp(undefined) }));
    assert.deepEqual(anomalies, expected);
  });
}
