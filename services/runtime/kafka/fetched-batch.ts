/** Records as a broker gives them: in batches, each compressed by whoever wrote it, or by the broker. */

export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  /** Why its batch could not be read: the value is then the whole batch, header and all, and the offset that of its last record. */
  readonly unreadable?: string;
}

/** kafkajs' decoder of an answer, before a batch. */
export interface BatchDecoder {
  readonly buffer: Buffer;
  readonly offset: number;
}

type DecodeBatch = (decoder: BatchDecoder) => Promise<{ readonly records: readonly FetchedMessage[] }>;

/** Offsets in the header of a batch (magic 2). */
const lengthAt = 8;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const producerIdAt = 43;
const headerBytes = 61;
/** Of `length`: it counts what follows it. */
const uncounted = 12;
const transactional = 0x10;

/** What the header says of a batch, compressed or not. */
export interface BatchHeader {
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** Kafka's number of the codec. */
  readonly compression: number;
}

/** Undefined where there is no whole header. */
export function batchHeader(batch: Uint8Array): BatchHeader | undefined {
  if (batch.length < headerBytes) return undefined;
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  const firstOffset = view.getBigInt64(0);
  const lastOffset = firstOffset + BigInt(view.getInt32(lastOffsetDeltaAt));
  return { firstOffset, lastOffset, compression: view.getInt16(attributesAt) & 7 };
}

/**
 * A batch that cannot be read is one message, which says so: kafkajs fails instead, at each fetch again, for ever. And a batch
 * whose last records were compacted away ends with a marker at its last offset: without one, nothing says where to go on.
 */
export const sparing =
  (decode: DecodeBatch): DecodeBatch =>
  async (decoder) => {
    const bytes = decoder.buffer.subarray(decoder.offset);
    try {
      const { records } = await decode(decoder);
      const { lastOffset } = batchHeader(bytes)!;
      const last = records.at(-1);
      return {
        records:
          last !== undefined && BigInt(last.offset) >= lastOffset ? records : [...records, endAt(lastOffset)],
      };
    } catch (error) {
      const { name } = error as Error;
      // The answer ends in the middle of it: it comes again.
      if (name === 'KafkaJSPartialMessageError') throw error;
      const isUnknown = name === 'KafkaJSNotImplemented';
      return {
        records: [unreadable(bytes, isUnknown ? 'batch-of-unknown-compression' : 'batch-not-decodable')],
      };
    }
  };

/** As a marker it is shown to nobody; of no producer, it ends no transaction. */
const endAt = (offset: bigint): FetchedMessage => ({
  offset: String(offset),
  key: null,
  value: null,
  isControlRecord: true,
  batchContext: { producerId: '-1', inTransaction: false },
});

function unreadable(bytes: Buffer, reason: string): FetchedMessage {
  return {
    offset: String(batchHeader(bytes)!.lastOffset),
    key: null,
    value: bytes.subarray(0, uncounted + bytes.readInt32BE(lengthAt)),
    isControlRecord: false,
    batchContext: {
      producerId: String(bytes.readBigInt64BE(producerIdAt)),
      inTransaction: (bytes.readInt16BE(attributesAt) & transactional) !== 0,
    },
    unreadable: reason,
  };
}
