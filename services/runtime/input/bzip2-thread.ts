import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { InputEvents } from './input.ts';

export interface Bzip2WorkerData {
  readonly path: string;
  /** One element: chunks posted that the reader has not yet taken. */
  readonly unacknowledged: Int32Array;
}

export type Bzip2WorkerMessage =
  | { readonly case: 'chunk'; readonly bytes: Uint8Array; readonly fileBytesRead: number }
  | { readonly case: 'damaged'; readonly detail: string }
  | { readonly case: 'end' };

export const chunkBytes = 256 * 1024;
export const chunksInFlight = 4;

/** Decompresses in a worker thread; several streams in one file are read whole. */
export async function* bunzip2WithThread(path: string): InputEvents {
  const unacknowledged = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Bzip2WorkerData = { path, unacknowledged };
  const worker = new Worker(new URL('./bzip2-worker.ts', import.meta.url), { workerData });
  let position = 0;
  try {
    for await (const [message] of on(worker, 'message') as AsyncIterable<[Bzip2WorkerMessage]>) {
      if (message.case === 'end') return;
      if (message.case === 'chunk') {
        position += message.bytes.length;
        yield message;
        Atomics.sub(unacknowledged, 0, 1);
        Atomics.notify(unacknowledged, 0);
      } else {
        const reason = message.detail.includes('EOF') ? 'fileTruncated' : 'fileCorrupt';
        yield { case: 'failure', failure: { reason, position, detail: message.detail } };
      }
    }
  } finally {
    await worker.terminate();
  }
}
