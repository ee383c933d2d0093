import type { LogRecord, OutgoingRecord, TopicSpec } from './transport.ts';

/**
 * The seam below the embedded log: where its records and its groups' positions are
 * kept. Groups, assignment and back-pressure lie above it and are the same for all.
 */
export interface Storage {
  /** Topics kept by earlier runs. */
  topics(): readonly TopicSpec[];
  /** Makes the topic's partitions, empty. */
  createTopic(spec: TopicSpec): Promise<void>;
  partition(topic: string, partition: number): PartitionStorage;
  /** Appends, in order, to any partitions; undefined where the records are kept at once. */
  append(records: readonly OutgoingRecord[]): Promise<void> | undefined;
  /** The next offset that the group has to read; undefined where it never acknowledged anything. */
  position(group: string, topic: string, partition: number): number | undefined;
  keepPosition(group: string, topic: string, partition: number, offset: number): Promise<void> | undefined;
  close(): Promise<void>;
}

export interface PartitionStorage {
  /** The first offset kept, and the one after the last record that can be read. */
  readonly low: number;
  readonly high: number;
  /** Bytes of all values since the partition exists, with those that are still being kept. */
  readonly bytes: number;
  /** Records from offset `from` on and below `to`, at least one if there is one, then as many as fit. */
  read(from: number, to: number, bytesMax: number): readonly StoredRecord[];
  /** Bytes of all values before an offset. */
  bytesBefore(offset: number): number;
  /** No group will read records below this offset again. */
  release(offset: number): void;
}

export interface StoredRecord extends LogRecord {
  /** Bytes of all values of the partition up to and including this one. */
  readonly bytesThrough: number;
}
