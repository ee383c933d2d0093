/** A worker thread that decodes one bzip2 file in JavaScript, for machines without the command. */
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import seekBzip from 'seek-bzip';
import { type Bzip2WorkerData, type Bzip2WorkerMessage, chunkBytes, chunksInFlight } from './bzip2-thread.ts';

const { path, unacknowledged } = workerData as Bzip2WorkerData;
const port = parentPort!;
const post = (message: Bzip2WorkerMessage, move: ArrayBuffer[] = []) => port.postMessage(message, move);

/** Seek-bzip's input: bytes of the file, one after another. */
class FileBytes {
  readonly #file = openSync(path, 'r');
  readonly #buffer = new Uint8Array(256 * 1024);
  #at = 0;
  #end = 0;
  bytesRead = 0;

  /** The decoder takes an end for bytes of ones: it is told here, before it writes what they would mean. */
  readByte(): number {
    if (this.eof()) throw new TypeError('the file ends in the middle (EOF)');
    return this.#buffer[this.#at++]!;
  }

  eof(): boolean {
    if (this.#at < this.#end) return false;
    this.#end = readSync(this.#file, this.#buffer);
    this.#at = 0;
    this.bytesRead += this.#end;
    return this.#end === 0;
  }

  read(buffer: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++) buffer[offset + i] = this.readByte();
    return length;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Its output: chunks, each posted when full; waits while too many were not acknowledged. */
class Chunks {
  readonly #input: FileBytes;
  #bytes = new Uint8Array(chunkBytes);
  #length = 0;

  constructor(input: FileBytes) {
    this.#input = input;
  }

  writeByte(byte: number): void {
    this.#bytes[this.#length++] = byte;
    if (this.#length === chunkBytes) this.post();
  }

  post(): void {
    if (this.#length === 0) return;
    let waiting = Atomics.add(unacknowledged, 0, 1) + 1;
    const bytes = this.#bytes.subarray(0, this.#length);
    post({ case: 'chunk', bytes, fileBytesRead: this.#input.bytesRead }, [this.#bytes.buffer]);
    this.#bytes = new Uint8Array(chunkBytes);
    this.#length = 0;
    while (waiting >= chunksInFlight) {
      Atomics.wait(unacknowledged, 0, waiting);
      waiting = Atomics.load(unacknowledged, 0);
    }
  }
}

const input = new FileBytes();
const output = new Chunks(input);
try {
  seekBzip.decode(input, output, true);
  output.post();
} catch (error) {
  output.post();
  post({ case: 'damaged', detail: (error as Error).message });
} finally {
  input.close();
}
post({ case: 'end' });
