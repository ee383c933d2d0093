/** The thread of the route tables. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { answerCalls, type Moving } from '#runtime/transport/port-calls.ts';
import { serveTransport } from '#runtime/transport/remote-server.ts';
import { RemoteTransport } from '#runtime/transport/remote-transport.ts';
import { SplitTransport } from '#runtime/transport/split-transport.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { buildRouteTracker } from '../route-tracker/service.ts';
import type { RouteCall, RouteTrackerOptions } from './front-threads.ts';

interface RouteWorkerData {
  readonly options: RouteTrackerOptions;
  readonly log: MessagePort;
  /** Where bgp.updates is kept here: over it the feed reaches the log. */
  readonly feedLog?: MessagePort;
  readonly calls: MessagePort;
}

const { options, log, feedLog, calls } = workerData as RouteWorkerData;
const remote = new RemoteTransport(log);
const transport = feedLog === undefined ? remote : await withUpdates(remote);
if (feedLog !== undefined) serveTransport(transport, feedLog);
const routeTracker = buildRouteTracker(options, transport);

answerCalls<RouteCall>(calls, async (call): Promise<Moving> => {
  switch (call.case) {
    case 'start':
      return [await routeTracker.start()];
    case 'caughtUp':
      return [await routeTracker.caughtUp(call.partitions)];
    case 'stop':
      return [await routeTracker.stop()];
  }
});

// A failure ends the thread, which tells the main one.
await routeTracker.finished;

/** The log of the main thread, and bgp.updates here. */
async function withUpdates(others: Transport): Promise<Transport> {
  const storage = new MemoryStorage({ retention: 'acknowledged' });
  const own = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  await own.ensureTopics(topicSpecs(options).filter(({ name }) => name === bgpUpdates.topic));
  return new SplitTransport([bgpUpdates.topic], own, others);
}
