import type { EventMinute } from '#core/event-time.ts';
import type { Envelope } from '#runtime/codec/envelope.ts';
import { PartAssembly } from '#runtime/part-assembly.ts';
import { type Channel, isWriter } from '#runtime/topics.ts';
import type { LogRecord, Transport } from '#runtime/transport/transport.ts';

export interface Dropped {
  duplicate: number;
  undecodable: number;
  /** Known to be missing from the numbers of those that came. */
  missing: number;
}

/**
 * The values of a topic for somebody who only looks on, and may begin anywhere: what came already is dropped by the
 * rule of the envelope, and what is missing or cannot be read is counted, not refused.
 */
export class TopicReader<T> {
  readonly channel: Channel<T>;
  readonly dropped: Dropped = { duplicate: 0, undecodable: 0, missing: 0 };
  readonly #last = new Map<string, number>();
  #parts = new PartAssembly();

  constructor(channel: Channel<T>) {
    this.channel = channel;
  }

  /** Undefined where the record says nothing new by itself. */
  take({ value }: LogRecord): { readonly envelope: Envelope; readonly value: T } | undefined {
    try {
      const { envelope, body } = this.channel.codec.open(value!);
      if (!isWriter(this.channel, envelope.producer)) {
        this.dropped.undecodable++;
        return undefined;
      }
      if (!this.#accepts(envelope)) return undefined;
      const whole = this.#parts.add(envelope, body);
      return whole && { envelope, value: this.channel.codec.decode(envelope, whole) };
    } catch {
      this.dropped.undecodable++;
      // Also of a value whose first parts are missing.
      this.#parts = new PartAssembly();
      return undefined;
    }
  }

  #accepts({ producer, sequence }: Envelope): boolean {
    const last = this.#last.get(producer);
    if (last !== undefined && sequence <= last) {
      this.dropped.duplicate++;
      return false;
    }
    if (last !== undefined) this.dropped.missing += sequence - last - 1;
    this.#last.set(producer, sequence);
    return true;
  }
}

/** The first offset from which on a partition tells of `minutes` before its end: found by halving, as event minutes do not go back. */
export async function offsetOfLast<T>(
  transport: Pick<Transport, 'offsets' | 'scan'>,
  { topic, codec }: Channel<T>,
  minutes: number,
): Promise<number> {
  const minuteAt = async (offset: number): Promise<EventMinute> => {
    for await (const { value } of transport.scan(topic, 0, offset, offset + 1)) {
      try {
        return codec.open(value!).envelope.eventMinute;
      } catch {
        return 0;
      }
    }
    return 0;
  };
  const { low, high } = await transport.offsets(topic, 0);
  if (high === low) return low;
  const from = (await minuteAt(high - 1)) - minutes;
  let [first, last] = [low, high - 1];
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    if ((await minuteAt(middle)) < from) first = middle + 1;
    else last = middle;
  }
  return first;
}
