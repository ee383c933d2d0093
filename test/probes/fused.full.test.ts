import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Target } from '../../services/active-prober/probe.ts';
import { ActiveProber } from '../../services/active-prober/service.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { QuietRoutes } from '../../services/main-job/probe/quiet-routes.ts';

/** A DNS server that answers while it is told to. */
async function serve(answers: () => boolean): Promise<{ port: number; close: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    query.writeUInt16BE(0x8180, 2);
    if (answers()) socket.send(query, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => socket.close() };
}

test('a host that falls silent, and replies again: from the prober through all services', {
  timeout: 600_000,
}, async () => {
  let isSilent = false;
  const good = await serve(() => true);
  const watched = await serve(() => !isSilent);
  const target = (originAs: number, port: number): Target => ({
    kind: 'dns',
    address: '127.0.0.1',
    port,
    name: 'example',
    originAs,
    everySeconds: 15,
    timeoutSeconds: 1,
  });
  const watchList = {
    prober: 'prober:test',
    targets: [
      target(64_500, watched.port),
      ...[64_501, 64_502, 64_503, 64_504].map((originAs) => target(originAs, good.port)),
    ],
    probesPerMinute: 60_000,
    concurrent: 100,
  };
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'acknowledged' }),
  );
  const anomalies: Anomaly[] = [];
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const onAnomaly = (anomaly: Anomaly): void => {
    anomalies.push(anomaly);
    if (anomaly.transition === 'opened') opened.resolve();
    if (anomaly.transition === 'closed') closed.resolve();
  };
  const pipeline = await startPipeline(
    { updatePartitions: 1, blockPartitions: 1, probes: true, onAnomaly },
    log,
  );
  const routes = new QuietRoutes(await log.openProducer());
  // A minute passes in two seconds.
  const began = Date.now();
  const now = () => 60_000_000_000 + (Date.now() - began) * 30;
  const ticked = Promise.withResolvers<void>();
  const onMinute = (minute: number): void => {
    void routes.tick(minute);
    if (minute === 1_000_003) ticked.resolve();
  };
  const prober = new ActiveProber(watchList, { now, onMinute, onEvent: () => undefined }, log);
  await routes.open(1_000_000);
  await prober.start();
  await Promise.race([ticked.promise, pipeline.failed]);
  isSilent = true;
  await Promise.race([opened.promise, pipeline.failed]);
  isSilent = false;
  await Promise.race([closed.promise, pipeline.failed]);
  await prober.stop();
  await pipeline.drained();
  await pipeline.stop();
  await log.close();
  good.close();
  watched.close();
  assert.deepEqual(
    anomalies.map(({ transition, kind, subject }) => [transition, kind, subject]),
    [
      ['opened', 'dataPlane', 'as:64500'],
      ['closed', 'dataPlane', 'as:64500'],
    ],
  );
  assert.equal(anomalies[0]!.evidence.witnesses?.verdict, 'dataPlaneOnly');
});
