/** The thread of the feed. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { answerCalls, type Moving } from '#runtime/transport/port-calls.ts';
import { RemoteTransport } from '#runtime/transport/remote-transport.ts';
import { Feed } from '../feeder/feed.ts';
import { diskFile } from '../feeder/mrt-file.ts';
import { seedFile } from '../feeder/seed-file.ts';
import type { FeedCall, FeedNews } from './front-threads.ts';

interface FeedWorkerData {
  readonly log: MessagePort;
  readonly calls: MessagePort;
}

const { log, calls } = workerData as FeedWorkerData;
const transport = new RemoteTransport(log);
let feed: Feed | undefined;

const tell = (news: FeedNews): void => parentPort!.postMessage(news);

answerCalls<FeedCall>(calls, async (call): Promise<Moving> => {
  switch (call.case) {
    case 'feed':
      return [await runFeed(call)];
    case 'stop':
      return [feed?.stop()];
  }
});

async function runFeed({ options, files }: Extract<FeedCall, { case: 'feed' }>): Promise<void> {
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
