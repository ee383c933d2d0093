import type { EventSecond } from '#core/event-time.ts';
import type { InputFailure } from '#runtime/input/input.ts';
import { ReadAhead } from '#runtime/input/read-ahead.ts';
import type { MrtFile } from './mrt-file.ts';
import { RecordReader, type RefusedBytes } from './record-reader.ts';

export interface FileListener {
  /** Some bytes are no records. */
  onRefused(file: MrtFile, refused: RefusedBytes): void;
  /** The rest of the file cannot be read. */
  onFailure(file: MrtFile, failure: InputFailure): void;
}

/** A file whose records are read one after another; bytes are read ahead. */
export class OpenFile {
  readonly file: MrtFile;
  readonly reader: RecordReader;
  /** Bytes of the file, as it lies on disk, behind the records taken so far. */
  bytesRead = 0;
  readonly #ahead: ReadAhead;
  readonly #listener: FileListener;

  constructor(file: MrtFile, readAheadBytes: number, listener: FileListener) {
    this.file = file;
    this.reader = new RecordReader((refused) => listener.onRefused(file, refused));
    this.#ahead = new ReadAhead(file.open(), readAheadBytes);
    this.#listener = listener;
  }

  /** Time of the current record. */
  get second(): EventSecond {
    return this.reader.second;
  }

  /** Goes to the next record; false after the last. */
  async next(): Promise<boolean> {
    for (;;) {
      const found = this.reader.next();
      if (found !== 'needsBytes') return found === 'record';
      await this.#read();
    }
  }

  close(): Promise<void> {
    return this.#ahead.close();
  }

  async #read(): Promise<void> {
    const event = await this.#ahead.next();
    if (event === undefined) {
      this.bytesRead = this.file.bytes;
      this.reader.finish();
    } else if (event.case === 'failure') {
      this.#listener.onFailure(this.file, event.failure);
    } else {
      this.bytesRead = event.fileBytesRead;
      this.reader.push(event.bytes);
    }
  }
}
