import type { Envelope } from './codec/envelope.ts';
import { openRecord } from './codec/envelope.ts';
import { PartAssembly } from './part-assembly.ts';
import { SequenceRule } from './sequence-rule.ts';
import type { Channel } from './topics.ts';
import type { LogRecord, Transport } from './transport/transport.ts';

/** A value as the rule of the envelope gives it: each once, none missing. */
export interface ReadValue<T> {
  readonly envelope: Envelope;
  readonly record: LogRecord;
  readonly value: T;
}

/** All values that a partition now holds, what was sent twice dropped. Throws SequenceGap where one is missing. */
export async function* readBack<T>(
  transport: Transport,
  { topic, codec }: Channel<T>,
  partition: number,
): AsyncIterable<ReadValue<T>> {
  const rule = new SequenceRule();
  const parts = new PartAssembly();
  const { low, high } = await transport.offsets(topic, partition);
  for await (const record of transport.scan(topic, partition, low, high)) {
    const { envelope, body } = codec.open(record.value!);
    if (!rule.accepts(envelope)) continue;
    const whole = parts.add(envelope, body);
    if (whole !== undefined) yield { envelope, record, value: codec.decode(envelope, whole) };
  }
}

/** So many records are looked at in one step back from the end. */
const stepRecords = 256;

/** A partition backwards from its end, step by step; within a step the records are in order. */
export async function* stepsBack(
  transport: Pick<Transport, 'offsets' | 'scan'>,
  topic: string,
  partition: number,
): AsyncGenerator<AsyncIterable<LogRecord>> {
  const { low, high } = await transport.offsets(topic, partition);
  for (let to = high; to > low; to -= stepRecords)
    yield transport.scan(topic, partition, Math.max(low, to - stepRecords), to);
}

/**
 * The last sequence that each of the producers has in a partition of a binary topic, 0 where it has none:
 * a producer that starts again skips as many. Looks backwards from the end until all are found.
 */
export async function lastSequences(
  transport: Pick<Transport, 'offsets' | 'scan'>,
  topic: string,
  partition: number,
  producers: readonly string[],
): Promise<Map<string, number>> {
  const sequences = new Map(producers.map((producer) => [producer, 0]));
  const missing = new Set(producers);
  for await (const step of stepsBack(transport, topic, partition)) {
    if (missing.size === 0) break;
    for await (const record of step) {
      const envelope = envelopeOf(record);
      const last = envelope && sequences.get(envelope.producer);
      if (last === undefined) continue;
      const { producer, sequence } = envelope!;
      missing.delete(producer);
      sequences.set(producer, Math.max(last, sequence));
    }
  }
  return sequences;
}

/** Of a record of a binary topic; undefined where a stranger wrote it: readers make a dead letter of that. */
export function envelopeOf({ value }: LogRecord): Envelope | undefined {
  try {
    return openRecord(value!).envelope;
  } catch {
    return undefined;
  }
}
