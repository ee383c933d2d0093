/** The thread of a FrontThread. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { answerCalls, type Moving } from '#runtime/transport/port-calls.ts';
import { RemoteTransport } from '#runtime/transport/remote-transport.ts';
import { SplitTransport } from '#runtime/transport/split-transport.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Feed } from '../feeder/feed.ts';
import { diskFile } from '../feeder/mrt-file.ts';
import { seedFile } from '../feeder/seed-file.ts';
import { buildRouteTracker } from '../route-tracker/service.ts';
import type { FrontCall, FrontNews, RouteTrackerOptions } from './front-thread.ts';

interface FrontWorkerData {
  readonly routeTracker: RouteTrackerOptions;
  readonly log: MessagePort;
  readonly calls: MessagePort;
}

const { routeTracker: options, log, calls } = workerData as FrontWorkerData;
const transport = await logOfThread(new RemoteTransport(log));
const routeTracker = buildRouteTracker(options, transport);
let feed: Feed | undefined;

const tell = (news: FrontNews): void => parentPort!.postMessage(news);

answerCalls<FrontCall>(calls, async (call): Promise<Moving> => {
  switch (call.case) {
    case 'startRouteTracker':
      return [await routeTracker.start()];
    case 'routeTrackerCaughtUp':
      return [await routeTracker.caughtUp(call.partitions)];
    case 'stopRouteTracker':
      return [await routeTracker.stop()];
    case 'feed':
      return [await runFeed(call)];
    case 'stopFeed':
      return [feed?.stop()];
  }
});
// A failure ends the thread, which tells the other one.
await routeTracker.finished;

async function runFeed({ options, files }: Extract<FrontCall, { case: 'feed' }>): Promise<void> {
  const running = new Feed(
    {
      ...options,
      onRefused: ({ name }, refused) => tell({ case: 'refused', file: name, refused }),
      onFailure: ({ name }, failure) => tell({ case: 'failure', file: name, failure }),
    },
    transport,
  );
  feed = running;
  const telling = setInterval(() => tell({ case: 'totals', totals: running.totals() }), 100);
  try {
    await running.run(files.map(({ path, isSeed }) => (isSeed ? seedFile(path) : diskFile(path))));
  } finally {
    clearInterval(telling);
    tell({ case: 'totals', totals: running.totals() });
  }
}

/** Where nothing has to outlive the process, bgp.updates stays in this thread: only this one writes and reads it. */
async function logOfThread(remote: RemoteTransport): Promise<Transport> {
  if (options.snapshots !== undefined) return remote;
  const storage = new MemoryStorage({ retention: 'acknowledged' });
  const own = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  await own.ensureTopics(topicSpecs(options).filter(({ name }) => name === bgpUpdates.topic));
  return new SplitTransport([bgpUpdates.topic], own, remote);
}
