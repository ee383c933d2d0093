/** The watch list's way into a route-tracker's figures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouteTracker } from '#core/rib/route-tracker.ts';
import { randomScript } from '#core/rib/stream-for-tests.ts';
import { watchedUpdates } from '#core/rib/watched-updates.ts';
import { readConfiguration } from '#runtime/configuration/configuration.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { buildPart } from '../../services/main-job/kafka/run-command-services.ts';
import { seriesOf } from './exporter-world.ts';

const watchedAs = 65_001;
const counts = { updatePartitions: 1, blockPartitions: 1 };

test('a route-tracker tells the updates of the ASes that are set, and of no others', async (t) => {
  const read = readConfiguration({ STEADYBEAT_WATCH_LIST: `AS${watchedAs}` }, undefined);
  assert.ok(read.case === 'right');
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'everything' }),
  );
  await log.ensureTopics(topicSpecs(counts));
  const metrics = new Metrics();
  const configuration = { ...read.configuration, ...counts };
  const options = {
    configuration,
    files: [],
    isPaced: false,
    say: () => undefined,
    metrics,
    page: undefined,
  };
  const part = buildPart('route-tracker', options, log);
  await part.start();
  t.after(async () => {
    await part.stop();
    await log.close();
  });
  const watched = watchedUpdates([watchedAs])!;
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1, watched });
  const producer = await log.openProducer();
  for (const [i, input] of randomScript('rrc00', 1, 60).inputs.entries()) {
    tracker.apply(input, () => undefined);
    const stamp = { producer: 'rrc00', sequence: i + 1, eventMinute: input.eventMinute };
    const values = bgpUpdates.codec.encode(stamp, input);
    await producer.send(values.map((value) => ({ topic: bgpUpdates.topic, partition: 0, key: '', value })));
  }
  const expected = Object.values(watched.get(watchedAs)!);
  assert.ok(
    expected.every((count) => count > 0),
    String(expected),
  );
  for (;;) {
    const { text } = await metrics.exposition('');
    const told = seriesOf(text, 'steadybeat_watch_updates_total');
    assert.ok([...told.keys()].every((labels) => labels.startsWith(`asn="${watchedAs}",class="`)));
    if (String([...told.values()]) === String(expected)) return;
  }
});
