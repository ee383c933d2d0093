import type { PartitionStorage, Storage, StoredRecord } from './storage.ts';
import type { OutgoingRecord, TopicSpec } from './transport.ts';

export interface MemoryStorageOptions {
  /**
   * "acknowledged": a record goes once all groups that read its topic have acknowledged it,
   * so a day flows through a bounded log; "everything" for runs that restore or read back.
   */
  readonly retention: 'acknowledged' | 'everything';
}

/** Released slots are cut off when there are at least so many and they are half of all. */
const cutRecordsMin = 1024;

/** Keeps records as they come: no value is copied. */
export class MemoryStorage implements Storage {
  readonly #options: MemoryStorageOptions;
  readonly #topics = new Map<string, { spec: TopicSpec; partitions: MemoryPartition[] }>();
  readonly #positions = new Map<string, number>();

  constructor(options: MemoryStorageOptions) {
    this.#options = options;
  }

  topics(): readonly TopicSpec[] {
    return [...this.#topics.values()].map((topic) => topic.spec);
  }

  async createTopic(spec: TopicSpec): Promise<void> {
    const make = () =>
      spec.compacted
        ? new CompactedPartition()
        : new PlainPartition(this.#options.retention === 'acknowledged');
    this.#topics.set(spec.name, { spec, partitions: Array.from({ length: spec.partitions }, make) });
  }

  partition(topic: string, partition: number): PartitionStorage {
    return this.#partition(topic, partition);
  }

  append(records: readonly OutgoingRecord[]): undefined {
    for (const record of records) this.#partition(record.topic, record.partition).append(record);
  }

  position(group: string, topic: string, partition: number): number | undefined {
    return this.#positions.get(`${group}\n${topic}\n${partition}`);
  }

  keepPosition(group: string, topic: string, partition: number, offset: number): undefined {
    this.#positions.set(`${group}\n${topic}\n${partition}`, offset);
  }

  async close(): Promise<void> {}

  #partition(topic: string, partition: number): MemoryPartition {
    return this.#topics.get(topic)!.partitions[partition]!;
  }
}

interface MemoryPartition extends PartitionStorage {
  append(record: OutgoingRecord): void;
}

class PlainPartition implements MemoryPartition {
  readonly #releases: boolean;
  /** Record `offset` is at index `offset - #base`; those below `low` are released. */
  #records: (StoredRecord | undefined)[] = [];
  #base = 0;
  low = 0;
  bytes = 0;

  constructor(releases: boolean) {
    this.#releases = releases;
  }

  get high(): number {
    return this.#base + this.#records.length;
  }

  append(record: OutgoingRecord): void {
    this.bytes += record.value?.length ?? 0;
    this.#records.push({
      offset: this.high,
      key: record.key,
      value: record.value,
      bytesThrough: this.bytes,
    });
  }

  read(from: number, to: number, bytesMax: number): readonly StoredRecord[] {
    const end = Math.min(to, this.high) - this.#base;
    let index = from - this.#base;
    const start = index;
    const limit = this.bytesBefore(from) + bytesMax;
    while (index < end && (index === start || this.#records[index]!.bytesThrough <= limit)) index++;
    return this.#records.slice(start, index) as StoredRecord[];
  }

  bytesBefore(offset: number): number {
    const record = this.#records[offset - this.#base];
    if (record === undefined) return offset >= this.high ? this.bytes : 0;
    return record.bytesThrough - (record.value?.length ?? 0);
  }

  release(offset: number): void {
    if (!this.#releases) return;
    while (this.low < offset) this.#records[this.low++ - this.#base] = undefined;
    const released = this.low - this.#base;
    if (released < cutRecordsMin || released * 2 < this.#records.length) return;
    this.#records = this.#records.slice(released);
    this.#base = this.low;
  }
}

/** Keeps the last record of each key. */
class CompactedPartition implements MemoryPartition {
  /** By offset, in the order of offsets. */
  readonly #records = new Map<number, StoredRecord>();
  readonly #offsets = new Map<string, number>();
  readonly low = 0;
  high = 0;
  bytes = 0;

  append(record: OutgoingRecord): void {
    const previous = this.#offsets.get(record.key);
    if (previous !== undefined) this.#records.delete(previous);
    const offset = this.high++;
    if (record.value === null) {
      this.#offsets.delete(record.key);
      return;
    }
    this.bytes += record.value.length;
    this.#offsets.set(record.key, offset);
    this.#records.set(offset, { offset, key: record.key, value: record.value, bytesThrough: this.bytes });
  }

  read(from: number, to: number, bytesMax: number): readonly StoredRecord[] {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const record of this.#records.values()) {
      if (record.offset < from) continue;
      bytes += record.value?.length ?? 0;
      if (record.offset >= to || (records.length > 0 && bytes > bytesMax)) break;
      records.push(record);
    }
    return records;
  }

  bytesBefore(offset: number): number {
    let before = 0;
    for (const record of this.#records.values()) if (record.offset < offset) before = record.bytesThrough;
    return before;
  }

  release(): void {}
}
