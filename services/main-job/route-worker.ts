/** The thread of the route tables, and of the feed where that has none of its own. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { answerCalls, type Moving } from '#runtime/transport/port-calls.ts';
import { serveTransport } from '#runtime/transport/remote-server.ts';
import { RemoteTransport } from '#runtime/transport/remote-transport.ts';
import { SplitTransport } from '#runtime/transport/split-transport.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { buildRouteTracker } from '../route-tracker/service.ts';
import { FeedCalls } from './feed-calls.ts';
import type { FeedCall, RouteCall, RouteTrackerOptions } from './front-threads.ts';

interface RouteWorkerData {
  readonly options: RouteTrackerOptions;
  readonly log: MessagePort;
  /** Over it a feed of another thread reaches the log. */
  readonly feedLog?: MessagePort;
  readonly calls: MessagePort;
}

const { options, log, feedLog, calls } = workerData as RouteWorkerData;
const remote = new RemoteTransport(log);
const transport = options.snapshots === undefined ? await withUpdates(remote) : remote;
if (feedLog !== undefined) serveTransport(transport, feedLog);
const routeTracker = buildRouteTracker(options, transport);
const feed = new FeedCalls(transport, (news) => parentPort!.postMessage(news));

answerCalls<RouteCall | FeedCall>(calls, async (call): Promise<Moving> => {
  switch (call.case) {
    case 'start':
      return [await routeTracker.start()];
    case 'caughtUp':
      return [await routeTracker.caughtUp(call.partitions)];
    case 'stop':
      return [await routeTracker.stop()];
    default:
      return feed.answer(call);
  }
});

// A failure ends the thread, which tells the main one.
await routeTracker.finished;

/** The log of the main thread, and bgp.updates here, where nothing has to outlive the process: only the front writes and reads it. */
async function withUpdates(others: Transport): Promise<Transport> {
  const storage = new MemoryStorage({ retention: 'acknowledged' });
  const own = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  await own.ensureTopics(topicSpecs(options).filter(({ name }) => name === bgpUpdates.topic));
  return new SplitTransport([bgpUpdates.topic], own, others);
}
