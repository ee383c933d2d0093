/** The thread of a FeedThread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LogRecord, OutgoingRecord, Producer } from '#runtime/transport/transport.ts';
import { Feed, type FeedTransport } from '../feeder/feed.ts';
import { diskFile } from '../feeder/mrt-file.ts';
import { seedFile } from '../feeder/seed-file.ts';
import type { FeedWorkerData, FromFeedWorker, Offsets, ToFeedWorker } from './feed-thread.ts';

/** Sends that may be on their way; the next waits. */
const sendsInFlight = 3;

const { options, files } = workerData as FeedWorkerData;
const port = parentPort!;
const post = (message: FromFeedWorker, move: ArrayBuffer[] = []) => port.postMessage(message, move);

let inFlight = 0;
let mayGoOn: (() => void) | undefined;
let asked = 0;
const askedOffsets = new Map<number, (offsets: Offsets) => void>();
const askedRecords = new Map<number, (records: readonly LogRecord[]) => void>();

const producer: Producer = {
  async send(records) {
    inFlight++;
    post({ case: 'send', records, totals: feed.totals() }, buffersOf(records));
    while (inFlight >= sendsInFlight) {
      await new Promise<void>((resolve) => {
        mayGoOn = resolve;
      });
    }
  },
  async close() {},
};

/** The transport of the main thread. */
const transport: FeedTransport = {
  openProducer: async () => producer,
  offsets(topic, partition) {
    const id = asked++;
    post({ case: 'offsets', id, of: { topic, partition } });
    return new Promise((resolve) => askedOffsets.set(id, resolve));
  },
  async *scan(topic, partition, from, to) {
    const id = asked++;
    post({ case: 'scan', id, of: { topic, partition }, from, to });
    yield* await new Promise<readonly LogRecord[]>((resolve) => askedRecords.set(id, resolve));
  },
};

const feed = new Feed(
  {
    ...options,
    onRefused: ({ name }, refused) => post({ case: 'refused', file: name, refused }),
    onFailure: ({ name }, failure) => post({ case: 'failure', file: name, failure }),
  },
  transport,
);

port.on('message', (message: ToFeedWorker) => {
  switch (message.case) {
    case 'sent':
      inFlight--;
      mayGoOn?.();
      break;
    case 'offsets':
      askedOffsets.get(message.id)!(message.offsets);
      askedOffsets.delete(message.id);
      break;
    case 'scanned':
      askedRecords.get(message.id)!(message.records);
      askedRecords.delete(message.id);
      break;
    case 'stop':
      feed.stop();
      break;
  }
});

await feed.run(files.map(({ path, isSeed }) => (isSeed ? seedFile(path) : diskFile(path))));
post({ case: 'end', totals: feed.totals() });

/** Values are moved, not copied: each has a buffer of its own. */
function buffersOf(records: readonly OutgoingRecord[]): ArrayBuffer[] {
  return records.flatMap(({ value }) =>
    value !== null && value.byteLength === value.buffer.byteLength ? [value.buffer as ArrayBuffer] : [],
  );
}
