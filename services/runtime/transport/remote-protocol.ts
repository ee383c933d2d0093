import type { Delivery, LogRecord, OutgoingRecord, TopicSpec } from './transport.ts';

/** What a remote transport asks of the thread that has the log; each is answered once. */
export type Call =
  | { readonly case: 'ensureTopics'; readonly topics: readonly TopicSpec[] }
  | { readonly case: 'openProducer' }
  | { readonly case: 'send'; readonly producer: number; readonly records: Packed<OutgoingHead> }
  | { readonly case: 'closeProducer'; readonly producer: number }
  | {
      readonly case: 'openConsumer';
      readonly group: string;
      readonly topics: readonly string[];
      readonly batchBytes: number;
    }
  | { readonly case: 'read'; readonly consumer: number }
  | { readonly case: 'ack'; readonly consumer: number; readonly batch: number }
  | {
      readonly case: 'seek';
      readonly consumer: number;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
    }
  | { readonly case: 'closeConsumer'; readonly consumer: number }
  | { readonly case: 'offsets'; readonly topic: string; readonly partition: number }
  | {
      readonly case: 'scan';
      readonly topic: string;
      readonly partition: number;
      readonly from: number;
      readonly to: number;
    };

/** A delivery as it travels: of a batch its records and a number to acknowledge it by. */
export type RemoteDelivery =
  | Exclude<Delivery, { case: 'batch' }>
  | {
      readonly case: 'batch';
      readonly topic: string;
      readonly partition: number;
      readonly batch: number;
      /** How many seeks of this consumer came before it. */
      readonly seeks: number;
      readonly records: Packed<RecordHead>;
    };

type OutgoingHead = Omit<OutgoingRecord, 'value'>;
type RecordHead = Omit<LogRecord, 'value'>;

/** Records whose values lie back to back in one buffer, which can be moved to another thread without a copy. */
export interface Packed<Head> {
  readonly heads: readonly Head[];
  /** Bytes of each value; -1 for null. */
  readonly lengths: readonly number[];
  readonly values: ArrayBuffer;
}

export const packOutgoing = (records: readonly OutgoingRecord[]): Packed<OutgoingHead> =>
  pack(records, ({ topic, partition, key }) => ({ topic, partition, key }));

export const packRecords = (records: readonly LogRecord[]): Packed<RecordHead> =>
  pack(records, ({ offset, key }) => ({ offset, key }));

function pack<Record extends { readonly value: Uint8Array | null }, Head>(
  records: readonly Record[],
  headOf: (record: Record) => Head,
): Packed<Head> {
  const lengths = records.map(({ value }) => value?.length ?? -1);
  // Of its own, and not cleared first.
  const values = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + Math.max(length, 0), 0));
  let at = 0;
  for (const { value } of records) {
    if (value === null) continue;
    values.set(value, at);
    at += value.length;
  }
  return { heads: records.map(headOf), lengths, values: values.buffer };
}

export function unpack<Head>({
  heads,
  lengths,
  values,
}: Packed<Head>): (Head & { value: Uint8Array | null })[] {
  let at = 0;
  return heads.map((head, index) => {
    const length = lengths[index]!;
    if (length < 0) return { ...head, value: null };
    at += length;
    return { ...head, value: new Uint8Array(values, at - length, length) };
  });
}
