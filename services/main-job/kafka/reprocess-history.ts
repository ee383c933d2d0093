import type { EventMinute } from '#core/event-time.ts';
import { type Envelope, renumbered } from '#runtime/codec/envelope.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { envelopeOf } from '#runtime/read-back.ts';
import { bgpUpdates, type Channel, probeResults } from '#runtime/topics.ts';
import type { LogRecord, OutgoingRecord, Transport } from '#runtime/transport/transport.ts';
import type { PartitionRange, ReprocessPlan } from './reprocess-plan.ts';

/** So much is sent at a time. */
const sendBytes = 1_000_000;

/** What a source that was open before the first record that is copied would have begun with. */
const opening = {
  [bgpUpdates.topic]: { case: 'sourceOpened', seed: false },
  [probeResults.topic]: { case: 'sourceOpened', live: true },
} as const;

type HistoryChannel = typeof bgpUpdates | typeof probeResults;

/**
 * Copies one topic of the source world, each record once, in the order of its minutes over all partitions: so no task
 * of the new world runs far ahead of another. What the new world has already is not written again.
 */
export async function copyHistory(
  channel: HistoryChannel,
  plan: ReprocessPlan,
  source: Transport,
  target: Transport,
  copied: (records: number) => void,
): Promise<void> {
  const producer = await target.openProducer();
  const partitions = await Promise.all(
    plan.ranges[channel.topic].map(
      async (range, partition) =>
        new PartitionCopy(channel, partition, plan, {
          records: source.scan(channel.topic, partition, range.low, range.high),
          written: await lastSequences(target, channel.topic, partition),
          range,
        }),
    ),
  );
  const left = new Set(partitions);
  let waiting: OutgoingRecord[] = [];
  let bytes = 0;
  while (left.size > 0) {
    const [first] = [...left].sort((a, b) => a.minute - b.minute);
    const { records, read, isOver } = await first!.takeMinute();
    if (isOver) left.delete(first!);
    copied(read);
    for (const record of records) {
      waiting.push(record);
      bytes += record.value!.length;
    }
    if (bytes < sendBytes && left.size > 0) continue;
    await producer.send(waiting);
    waiting = [];
    bytes = 0;
  }
  await producer.close();
}

interface Streams {
  readonly records: AsyncIterable<LogRecord>;
  readonly range: PartitionRange;
  /** By producer, the last number that the new world has. */
  readonly written: ReadonlyMap<string, number>;
}

/** One partition. Numbers begin with 1 in the new world, also where the history's beginning is no longer kept. */
class PartitionCopy {
  /** The latest that was read. */
  minute: EventMinute = 0;
  readonly #channel: HistoryChannel;
  readonly #partition: number;
  readonly #plan: ReprocessPlan;
  readonly #streams: Streams;
  readonly #records: AsyncIterator<LogRecord>;
  #nextOffset = 0;
  /** By producer, the number of its last record there. */
  readonly #read = new Map<string, number>();
  /** And here, of those that were opened. */
  readonly #numbered = new Map<string, number>();
  /** Those whose table dump began here. */
  readonly #dumping = new Set<string>();

  constructor(channel: HistoryChannel, partition: number, plan: ReprocessPlan, streams: Streams) {
    this.#channel = channel;
    this.#partition = partition;
    this.#plan = plan;
    this.#streams = streams;
    this.#records = streams.records[Symbol.asyncIterator]();
  }

  /** Reads until a minute is over, or there is enough for one request. */
  async takeMinute(): Promise<{ records: OutgoingRecord[]; read: number; isOver: boolean }> {
    const records: OutgoingRecord[] = [];
    const before = this.minute;
    let bytes = 0;
    for (let read = 1; ; read++) {
      const next = await this.#records.next();
      if (next.done) {
        this.#assertWhole();
        return { records, read: read - 1, isOver: true };
      }
      this.#nextOffset = next.value.offset + 1;
      for (const record of this.#copied(next.value)) {
        records.push(record);
        bytes += record.value!.length;
      }
      if (this.minute > before || bytes >= sendBytes) return { records, read, isOver: false };
    }
  }

  /** The brokers may have given less than there is. */
  #assertWhole(): void {
    const { low, high } = this.#streams.range;
    if (this.#nextOffset >= high || low === high) return;
    const at = `${this.#channel.topic}/${this.#partition}`;
    throw new KafkaProblem(
      `the history was not to be had to its end: ${at} ended at offset ${this.#nextOffset}, not ${high}. The same command goes on`,
      false,
      undefined,
    );
  }

  #copied(record: LogRecord): OutgoingRecord[] {
    const envelope = envelopeOf(record);
    // A stranger's: it was a dead letter there.
    if (envelope === undefined || !this.#isNext(envelope, record.offset)) return [];
    this.minute = Math.max(this.minute, envelope.eventMinute);
    const { fromMinute, untilMinute } = this.#plan;
    if (envelope.eventMinute < fromMinute || envelope.eventMinute >= untilMinute) return [];
    const { producer } = envelope;
    const what = this.#caseOf(envelope, record);
    if (what === 'ribBegin') this.#dumping.add(producer);
    if (what === 'ribEnd' && !this.#dumping.delete(producer)) return [];
    const isKnown = this.#numbered.has(producer);
    // What cannot be read was a dead letter there, and opens nothing that would never tick.
    if (!isKnown && what === undefined && envelope.parts === 1) return [];
    if (isKnown || what === 'sourceOpened') return this.#numberedAs(envelope, record);
    if (what === 'endOfSource' || what === 'sourceLost') return [];
    return [...this.#opened(envelope, record), ...this.#numberedAs(envelope, record)];
  }

  /** By the rule of the envelope; the first of a producer is taken as it is where the beginning is no longer kept. */
  #isNext({ producer, sequence }: Envelope, offset: number): boolean {
    const isWhole = this.#streams.range.low === 0;
    const known = this.#read.get(producer);
    // It did not begin: it was a dead letter there.
    if (known === undefined && isWhole && sequence > 1) return false;
    const last = known ?? sequence - 1;
    if (sequence <= last) return false;
    if (sequence > last + 1) {
      const at = `${this.#channel.topic}/${this.#partition} offset ${offset}`;
      throw new KafkaProblem(
        `the history has a gap: ${producer} sent ${sequence} after ${last} (${at}). Start over under another prefix, fed from files or by the live feeds`,
        false,
        undefined,
      );
    }
    this.#read.set(producer, sequence);
    return true;
  }

  /** Undefined of a part of a value, and of what this version does not know. */
  #caseOf(envelope: Envelope, record: LogRecord): string | undefined {
    if (envelope.parts > 1) return undefined;
    const { codec }: Channel<{ readonly content: { readonly case: string } }> = this.#channel;
    try {
      return codec.decode(envelope, codec.open(record.value!).body).content.case;
    } catch {
      return undefined;
    }
  }

  #numberedAs({ producer }: Envelope, record: LogRecord): OutgoingRecord[] {
    const sequence = (this.#numbered.get(producer) ?? 0) + 1;
    return this.#outgoing(producer, sequence, record.key, renumbered(record.value!, sequence));
  }

  /** The key is the source. */
  #opened({ producer, eventMinute }: Envelope, { key }: LogRecord): OutgoingRecord[] {
    const content = opening[this.#channel.topic];
    const codec = this.#channel.codec as Channel<unknown>['codec'];
    const [value] = codec.encode(
      { producer, sequence: 1, eventMinute },
      { source: key, eventMinute, content },
    );
    return this.#outgoing(producer, 1, key, value!);
  }

  #outgoing(producer: string, sequence: number, key: string, value: Uint8Array): OutgoingRecord[] {
    this.#numbered.set(producer, sequence);
    if (sequence <= (this.#streams.written.get(producer) ?? 0)) return [];
    return [{ topic: this.#channel.topic, partition: this.#partition, key, value }];
  }
}

/** Of all producers, in what an interrupted run has written. */
async function lastSequences(
  transport: Transport,
  topic: string,
  partition: number,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const { low, high } = await transport.offsets(topic, partition);
  for await (const record of transport.scan(topic, partition, low, high)) {
    const envelope = envelopeOf(record);
    if (envelope === undefined) continue;
    found.set(envelope.producer, Math.max(envelope.sequence, found.get(envelope.producer) ?? 0));
  }
  return found;
}
