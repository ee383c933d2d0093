import type { Envelope } from '#runtime/codec/envelope.ts';
import { PartAssembly } from '#runtime/part-assembly.ts';
import { SequenceGap } from '#runtime/sequence-rule.ts';
import { type Channel, isWriter } from '#runtime/topics.ts';
import type { LogRecord, Transport } from '#runtime/transport/transport.ts';

export interface KeptValue<T> {
  readonly envelope: Envelope;
  readonly key: string;
  readonly value: T;
  /** The producer's records before this one are no longer kept, and this is the first of it. */
  readonly isCut: boolean;
}

/**
 * All values that a partition still holds, what was sent twice dropped. Unlike a task, it may begin in the middle of what
 * a producer wrote: a log does not keep everything for ever. Throws SequenceGap where one in between is missing.
 */
export async function* keptValues<T>(
  transport: Pick<Transport, 'offsets' | 'scan'>,
  channel: Channel<T>,
  partition: number,
): AsyncIterable<KeptValue<T>> {
  const { topic, codec } = channel;
  const last = new Map<string, number>();
  const parts = new PartAssembly();
  const { low, high } = await transport.offsets(topic, partition);
  for await (const record of transport.scan(topic, partition, low, high)) {
    const opened = openedBy(codec, record);
    if (opened === undefined || !isWriter(channel, opened.envelope.producer)) continue;
    const { envelope, body } = opened;
    const { producer, sequence, part } = envelope;
    const before = last.get(producer);
    // Of a value that was cut, the rest is of no use.
    if (before === undefined && part > 0) continue;
    if (before !== undefined && sequence <= before) continue;
    if (before !== undefined && sequence > before + 1)
      throw new SequenceGap(`${topic}: ${producer} sent ${sequence} after ${before}`);
    last.set(producer, sequence);
    const value = unlessUnreadable(() => {
      const whole = parts.add(envelope, body);
      return whole && codec.decode(envelope, whole);
    });
    if (value === undefined) continue;
    const isCut = before === undefined && sequence > 1;
    yield { envelope, key: record.key, value, isCut };
  }
}

const openedBy = <T>(codec: Channel<T>['codec'], { value }: LogRecord) =>
  unlessUnreadable(() => (value === null ? undefined : codec.open(value)));

/** Of what cannot be read the services make a dead letter, and go on. */
function unlessUnreadable<Value>(read: () => Value | undefined): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
