import type { LogRecord } from '../transport/transport.ts';

/**
 * One partition while it is this member's: what was fetched of it and is not yet delivered. Given away and
 * got back it is another object, so that what belongs to the earlier time is refused.
 */
export class OwnedPartition {
  readonly topic: string;
  readonly partition: number;
  /**
   * 'gained': the reader does not know of it yet. 'announced': it was told, and may seek first. 'starting': the group's
   * position is asked for. 'reading': records are fetched. 'gone': it is another's.
   */
  state: 'gained' | 'announced' | 'starting' | 'reading' | 'gone' = 'gained';
  /** The offset to fetch next. */
  next = 0;
  bufferedBytes = 0;
  /** The next offset that was not acknowledged, if that moved since the group was told. */
  moved: number | undefined;
  #buffered: LogRecord[] = [];
  #first = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Something is there to be delivered. */
  get waiting(): boolean {
    return this.#first < this.#buffered.length;
  }

  readFrom(offset: number): void {
    this.state = 'reading';
    this.next = offset;
    this.#buffered = [];
    this.#first = 0;
    this.bufferedBytes = 0;
  }

  /** Takes what was fetched from `from` on, unless the position was set elsewhere meanwhile. */
  add(from: number, records: readonly LogRecord[], next: number): void {
    if (this.state !== 'reading' || this.next !== from) return;
    this.next = next;
    for (const record of records) {
      this.#buffered.push(record);
      this.bufferedBytes += bytesOf(record);
    }
  }

  /** Records for one batch: as many as fit, at least one; none where nothing waits. */
  take(bytesMax: number): LogRecord[] {
    let bytes = 0;
    let end = this.#first;
    while (end < this.#buffered.length) {
      const size = bytesOf(this.#buffered[end]!);
      if (end > this.#first && bytes + size > bytesMax) break;
      bytes += size;
      end++;
    }
    const records = this.#buffered.slice(this.#first, end);
    this.#first = end;
    this.bufferedBytes -= bytes;
    if (this.#first === this.#buffered.length) {
      this.#buffered = [];
      this.#first = 0;
    }
    return records;
  }
}

const bytesOf = (record: LogRecord): number => record.value?.length ?? 0;
