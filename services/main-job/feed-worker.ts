/** The thread of the feed, where it has one of its own. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { answerCalls } from '#runtime/transport/port-calls.ts';
import { RemoteTransport } from '#runtime/transport/remote-transport.ts';
import { FeedCalls } from './feed-calls.ts';
import type { FeedCall } from './front-threads.ts';

interface FeedWorkerData {
  readonly log: MessagePort;
  readonly calls: MessagePort;
}

const { log, calls } = workerData as FeedWorkerData;
const feed = new FeedCalls(new RemoteTransport(log), (news) => parentPort!.postMessage(news));

answerCalls<FeedCall>(calls, (call) => feed.answer(call));
