import { createRequire } from 'node:module';
import { decodeStored, encodeStored, partitionPrefix, recordKey } from './disk-record.ts';
import type { PartitionStorage, Storage, StoredRecord } from './storage.ts';
import type { OutgoingRecord, TopicSpec } from './transport.ts';

/** The part of lmdb that is used here: its own types do not compile in an ES module. */
interface Lmdb {
  open(options: { readonly path: string; readonly maxDbs: number; readonly readOnly?: boolean }): Environment;
}

interface Environment {
  openDB<V, K>(name: string, options: object): Database<V, K>;
  batch(action: () => void): Promise<boolean>;
  readonly flushed: Promise<boolean>;
  close(): Promise<void>;
}

interface Database<V, K> {
  get(key: K): V | undefined;
  put(key: K, value: V): Promise<boolean>;
  remove(key: K): Promise<boolean>;
  getRange(range: {
    readonly start: K;
    readonly end: K;
    readonly reverse?: boolean;
    readonly limit?: number;
  }): Iterable<{ readonly key: K; readonly value: V }>;
}

/** What the store remembers besides the records. */
interface Databases {
  readonly root: Environment;
  /** (topic number, partition, offset) to key and value. */
  readonly records: Database<Buffer, Buffer>;
  /** Topic specs by number, groups' positions, and ends of compacted partitions. */
  readonly facts: Database<unknown, (string | number)[]>;
  /** (topic number, partition, key) to the offset of the key's record, for compacted topics. */
  readonly latest: Database<number, (string | number)[]>;
}

export interface DiskStorageOptions {
  /**
   * Of topics that would grow without end: so many bytes of values are kept of each partition, and what groups still have to
   * read. More than is read between two snapshots: a task that starts again reads on from its last one.
   */
  readonly keepBytes?: Readonly<Record<string, number>>;
  /** Nothing can be written; then another process may have it open too. */
  readonly readOnly?: boolean;
}

/** Deleting begins when so much more than is to be kept is there, and goes on for so many records at a time. */
const excessShare = 1 / 16;
const deletedAtOnce = 1000;

/**
 * Keeps the log in one LMDB environment. A send is one transaction: it is there whole after
 * a kill or not at all, and none without those before it. One process at a time may have it open to write.
 */
export function openDiskStorage(folder: string, options: DiskStorageOptions = {}): Storage {
  // Loaded here, so that a job that runs in memory never loads the native library.
  const require = createRequire(import.meta.url);
  const { open } = require('lmdb') as Lmdb;
  const root = open({ path: folder, maxDbs: 4, ...(options.readOnly && { readOnly: true }) });
  const databases = {
    root,
    records: root.openDB<Buffer, Buffer>('records', { encoding: 'binary', keyEncoding: 'binary' }),
    facts: root.openDB<unknown, (string | number)[]>('facts', { encoding: 'json' }),
    latest: root.openDB<number, (string | number)[]>('latest', { encoding: 'json' }),
  };
  return new DiskStorage(databases, options.keepBytes ?? {});
}

class DiskStorage implements Storage {
  readonly #db: Databases;
  readonly #keepBytes: Readonly<Record<string, number>>;
  readonly #topics = new Map<string, { number: number; spec: TopicSpec; partitions: DiskPartition[] }>();

  constructor(db: Databases, keepBytes: Readonly<Record<string, number>>) {
    this.#db = db;
    this.#keepBytes = keepBytes;
    for (const { key, value } of db.facts.getRange({ start: ['topic', 0], end: ['topic', Infinity] }))
      this.#add(Number(key[1]), value as TopicSpec);
  }

  topics(): readonly TopicSpec[] {
    return [...this.#topics.values()].map((topic) => topic.spec);
  }

  async createTopic(spec: TopicSpec): Promise<void> {
    const number = this.#topics.size;
    await this.#db.facts.put(['topic', number], spec);
    this.#add(number, spec);
  }

  partition(topic: string, partition: number): PartitionStorage {
    return this.#partition(topic, partition);
  }

  append(records: readonly OutgoingRecord[]): Promise<void> {
    const touched = new Map<DiskPartition, number>();
    const committed = this.#db.root.batch(() => {
      for (const record of records) {
        const partition = this.#partition(record.topic, record.partition);
        touched.set(partition, partition.append(record));
      }
    });
    return committed.then(() => {
      for (const [partition, high] of touched) partition.committed(high);
    });
  }

  position(group: string, topic: string, partition: number): number | undefined {
    return this.#db.facts.get(['position', group, topic, partition]) as number | undefined;
  }

  async keepPosition(group: string, topic: string, partition: number, offset: number): Promise<void> {
    await this.#db.facts.put(['position', group, topic, partition], offset);
  }

  async close(): Promise<void> {
    await this.#db.root.flushed;
    await this.#db.root.close();
  }

  #add(number: number, spec: TopicSpec): void {
    const keepBytes = this.#keepBytes[spec.name] ?? Number.POSITIVE_INFINITY;
    const make = (_: unknown, partition: number) =>
      new DiskPartition(this.#db, number, partition, spec.compacted, keepBytes);
    this.#topics.set(spec.name, {
      number,
      spec,
      partitions: Array.from({ length: spec.partitions }, make),
    });
  }

  #partition(topic: string, partition: number): DiskPartition {
    return this.#topics.get(topic)!.partitions[partition]!;
  }
}

class DiskPartition implements PartitionStorage {
  readonly #db: Databases;
  readonly #topic: number;
  readonly #partition: number;
  readonly #compacted: boolean;
  readonly #keepBytes: number;
  readonly #offsets = new Map<string, number>();
  /** What the next record gets; `high` follows when it is committed. */
  #nextOffset: number;
  low: number;
  high: number;
  bytes: number;
  /** Bytes of all values before `low`. */
  #bytesBeforeLow: number;

  constructor(db: Databases, topic: number, partition: number, compacted: boolean, keepBytes: number) {
    this.#db = db;
    this.#topic = topic;
    this.#partition = partition;
    this.#compacted = compacted;
    this.#keepBytes = keepBytes;
    const end = this.#keptEnd();
    this.#nextOffset = this.high = end.high;
    this.bytes = end.bytes;
    const first = compacted ? undefined : this.#first();
    this.low = first?.offset ?? 0;
    this.#bytesBeforeLow = first === undefined ? 0 : first.bytesThrough - first.value!.length;
    if (!compacted) return;
    const range = { start: [topic, partition, ''], end: [topic, partition + 1, ''] };
    for (const { key, value } of db.latest.getRange(range)) this.#offsets.set(String(key[2]), value);
  }

  /** Puts the record into the running transaction; returns the end that its commit makes readable. */
  append(record: OutgoingRecord): number {
    const offset = this.#nextOffset++;
    this.bytes += record.value?.length ?? 0;
    if (this.#compacted) this.#replace(record, offset);
    if (record.value !== null)
      this.#db.records.put(this.#key(offset), encodeStored(record.key, record.value, this.bytes));
    return this.#nextOffset;
  }

  committed(high: number): void {
    this.high = Math.max(this.high, high);
  }

  read(from: number, to: number, bytesMax: number): readonly StoredRecord[] {
    const records: StoredRecord[] = [];
    let bytes = 0;
    const range = { start: this.#key(from), end: this.#key(Math.min(to, this.high)) };
    for (const { key, value } of this.#db.records.getRange(range)) {
      const record = decodeStored(key, value);
      bytes += record.value!.length;
      if (records.length > 0 && bytes > bytesMax) break;
      records.push(record);
    }
    return records;
  }

  bytesBefore(offset: number): number {
    return this.#last(this.#key(offset))?.bytesThrough ?? this.#bytesBeforeLow;
  }

  release(offset: number): void {
    const excess = this.bytes - this.#bytesBeforeLow - this.#keepBytes;
    if (this.#compacted || !(excess > this.#keepBytes * excessShare)) return;
    const range = { start: this.#key(this.low), end: this.#key(offset), limit: deletedAtOnce };
    for (const { key, value } of this.#db.records.getRange(range)) {
      const record = decodeStored(key, value);
      if (record.bytesThrough > this.bytes - this.#keepBytes) break;
      // Not awaited: what a kill leaves behind is deleted by the next run.
      void this.#db.records.remove(key);
      this.low = record.offset + 1;
      this.#bytesBeforeLow = record.bytesThrough;
    }
  }

  #keptEnd(): { high: number; bytes: number } {
    if (this.#compacted) {
      const kept = this.#db.facts.get(['end', this.#topic, this.#partition]);
      return (kept as { high: number; bytes: number } | undefined) ?? { high: 0, bytes: 0 };
    }
    const last = this.#last(this.#key(Number.MAX_SAFE_INTEGER));
    return last === undefined ? { high: 0, bytes: 0 } : { high: last.offset + 1, bytes: last.bytesThrough };
  }

  #first(): StoredRecord | undefined {
    const range = { start: this.#key(0), end: this.#key(Number.MAX_SAFE_INTEGER), limit: 1 };
    for (const { key, value } of this.#db.records.getRange(range)) return decodeStored(key, value);
    return undefined;
  }

  /** The last record before a key of this partition. */
  #last(before: Buffer): StoredRecord | undefined {
    const end = partitionPrefix(this.#topic, this.#partition);
    for (const { key, value } of this.#db.records.getRange({ start: before, end, reverse: true, limit: 2 }))
      if (Buffer.compare(key, before) < 0) return decodeStored(key, value);
    return undefined;
  }

  /** Compaction: the earlier record of the key goes, and the end is kept apart from the records. */
  #replace(record: OutgoingRecord, offset: number): void {
    const { facts, latest, records } = this.#db;
    const previous = this.#offsets.get(record.key);
    if (previous !== undefined) records.remove(this.#key(previous));
    const at = [this.#topic, this.#partition, record.key];
    if (record.value === null) {
      this.#offsets.delete(record.key);
      latest.remove(at);
    } else {
      this.#offsets.set(record.key, offset);
      latest.put(at, offset);
    }
    facts.put(['end', this.#topic, this.#partition], { high: this.#nextOffset, bytes: this.bytes });
  }

  #key(offset: number): Buffer {
    return recordKey(this.#topic, this.#partition, offset);
  }
}
