/**
 * The port between the services and a log of topics. Two implementations pass one
 * contract suite (test/contract): the embedded log, in memory or on disk, and Kafka.
 */
export interface Transport {
  /** Creates the topics that are missing; throws where one has another partition count. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  openProducer(): Promise<Producer>;
  openConsumer(options: ConsumerOptions): Promise<Consumer>;
  /** The offsets of a partition: the first kept, and the one that the next record will get. */
  offsets(topic: string, partition: number): Promise<{ low: number; high: number }>;
  /** Records [from, to) of one partition, outside any group; a compacted topic may have gaps. */
  scan(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord>;
  close(): Promise<void>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Keeps at least the last record of each key; a null value deletes the key. */
  readonly compacted: boolean;
}

export interface LogRecord {
  readonly offset: number;
  readonly key: string;
  /** Null only in a compacted topic: the key is deleted. A transport may leave such a record out. */
  readonly value: Uint8Array | null;
  /** Why records up to this offset could not be read: the value is then their whole batch as the log has it. */
  readonly unreadable?: string;
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface Producer {
  /**
   * Appends the records, whose values are the transport's from here on, in order within each partition, also across sends that were not
   * awaited; resolves when all are kept. It may wait (back-pressure). After a rejection
   * some of them may have been kept, and every later send is rejected: none may come without those before it.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface ConsumerOptions {
  /** Members of one group share the partitions of their topics; each partition has one owner. */
  readonly group: string;
  readonly topics: readonly string[];
  /** At most so many bytes of values a batch (one record may be larger). */
  readonly batchBytes: number;
  /** Nobody goes on from this group's position: a transport may forget it with the last member. */
  readonly isPassing?: boolean;
}

/** What a read gives: batches in offset order within a partition, and changes of ownership between them. */
export type Delivery =
  | { readonly case: 'batch'; readonly batch: Batch }
  /** From here on the partition is this member's; reading starts at the group's position unless seek is called first. */
  | { readonly case: 'assigned'; readonly topic: string; readonly partition: number }
  /**
   * It is no longer; an ack of an earlier batch of it has been refused from the moment that this member could know.
   * Over Kafka a member that hung hears of it late: what it sends until then is dropped by the rule of the envelope.
   */
  | { readonly case: 'revoked'; readonly topic: string; readonly partition: number };

export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /**
   * Moves the group's position past this batch; false where the partition is no longer this
   * member's: nothing moved. What was not acknowledged is delivered again to the next owner.
   */
  ack(): Promise<boolean>;
}

export interface Consumer {
  /** Waits for the next delivery; undefined once the consumer is closed. One read at a time. */
  read(): Promise<Delivery | undefined>;
  /**
   * Sets where the next batch of an owned partition starts. Rejects with a RangeError where
   * the offset lies outside the log; does nothing where the partition is not this member's.
   */
  seek(topic: string, partition: number, offset: number): Promise<void>;
  close(): Promise<void>;
}
