import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import type { EventMinute } from '#core/event-time.ts';
import { bgpUpdatesCodec } from '#runtime/codec/bgp-updates.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';

const initialBytes = 64 * 1024;

/** Records of one source for one partition of bgp.updates, numbered 1, 2, 3: the numbers depend on the input alone. */
export class BatchWriter {
  readonly #source: string;
  readonly #topic: string;
  readonly #partition: number;
  /** Records up to this sequence are in the log already: they are numbered, and not written. */
  readonly #writtenThrough: number;
  readonly #batchBytes: number;
  #sequence: number;
  #bytes = new Uint8Array(initialBytes);
  #length = 0;

  /** `sequence`: of the last record before, of a source that cannot be read again from the beginning. */
  constructor(
    source: string,
    topic: string,
    partition: number,
    writtenThrough: number,
    batchBytes: number,
    sequence: number = 0,
  ) {
    this.#sequence = sequence;
    this.#source = source;
    this.#topic = topic;
    this.#partition = partition;
    this.#writtenThrough = writtenThrough;
    this.#batchBytes = batchBytes;
  }

  /** Adds whole MRT records: [start, end) of `bytes`. */
  append(bytes: Uint8Array, start: number, end: number, minute: EventMinute, out: OutgoingRecord[]): void {
    const added = end - start;
    if (this.#length > 0 && this.#length + added > this.#batchBytes) this.flush(minute, out);
    const at = this.reserve(added);
    // Unlike set, it needs no view of the part: there are as many of them as records.
    Buffer.prototype.copy.call(bytes, this.#bytes, at, start, end);
  }

  /** Of the last record. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Bytes that can be added before the batch ends. */
  get room(): number {
    return this.#batchBytes - this.#length;
  }

  /** Bytes of records that wait for the batch to end. */
  get waitingBytes(): number {
    return this.#length;
  }

  /** Makes room for so many bytes of a record and gives their offset in `buffer`. */
  reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }

  /** Ends the batch, if it holds anything. */
  flush(minute: EventMinute, out: OutgoingRecord[]): void {
    if (this.#length === 0) return;
    const value = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.write({ case: 'mrtRecords', value }, minute, out);
  }

  write(content: UpdatesContent, eventMinute: EventMinute, out: OutgoingRecord[]): void {
    const source = this.#source;
    const stamp = { producer: source, sequence: this.#sequence + 1, eventMinute };
    for (const value of bgpUpdatesCodec.encode(stamp, { source, eventMinute, content })) {
      this.#sequence++;
      if (this.#sequence <= this.#writtenThrough) continue;
      out.push({ topic: this.#topic, partition: this.#partition, key: source, value });
    }
  }
}
