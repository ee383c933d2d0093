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

/** Records as they travel to another thread. */
export interface Packed<Head> {
  readonly heads: readonly Head[];
  /** Views of the buffers that are moved. */
  readonly values: readonly (Uint8Array | null)[];
}

/** The buffers that packed values lie in, each once: they are moved and not copied. */
type MovedBuffers = ArrayBuffer[];

/** A value this large that has a buffer for itself is moved with it: it costs less than to copy it. */
const movedBytes = 16 * 1024;

/** Takes the values: the large ones are gone from this thread once they are posted. */
export const packOutgoing = (
  records: readonly OutgoingRecord[],
): [records: Packed<OutgoingHead>, moved: MovedBuffers] =>
  pack(records, ({ topic, partition, key }) => ({ topic, partition, key }), isMovable);

/** Copies the values: the log goes on to keep them. */
export const packRecords = (
  records: readonly LogRecord[],
): [records: Packed<RecordHead>, moved: MovedBuffers] =>
  pack(
    records,
    ({ offset, key }) => ({ offset, key }),
    () => false,
  );

const isMovable = (value: Uint8Array): value is Uint8Array<ArrayBuffer> =>
  value.length >= movedBytes &&
  value.length === value.buffer.byteLength &&
  value.buffer instanceof ArrayBuffer;

function pack<Record extends { readonly value: Uint8Array | null }, Head>(
  records: readonly Record[],
  headOf: (record: Record) => Head,
  isMoved: (value: Uint8Array) => boolean,
): [Packed<Head>, MovedBuffers] {
  const moved: MovedBuffers = [];
  let copiedBytes = 0;
  for (const { value } of records) {
    if (value === null) continue;
    if (isMoved(value)) moved.push(value.buffer as ArrayBuffer);
    else copiedBytes += value.length;
  }
  // Of its own, and not cleared first.
  const copies = Buffer.allocUnsafeSlow(copiedBytes).buffer;
  if (copiedBytes > 0) moved.push(copies);
  let at = 0;
  const values = records.map(({ value }) => {
    if (value === null || isMoved(value)) return value;
    const copy = new Uint8Array(copies, at, value.length);
    copy.set(value);
    at += value.length;
    return copy;
  });
  return [{ heads: records.map(headOf), values }, moved];
}

export const unpack = <Head>({ heads, values }: Packed<Head>): (Head & { value: Uint8Array | null })[] =>
  heads.map((head, index) => ({ ...head, value: values[index]! }));
