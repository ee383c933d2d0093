import type { Anomaly } from '#core/contract/anomalies.ts';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { ProbeResults } from '#core/contract/probe-results.ts';
import type { EventMinute } from '#core/event-time.ts';
import type { Stamp } from '#runtime/codec/codec.ts';
import { bgpUpdates, type Channel, probeResults } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { OutgoingRecord, Producer } from '#runtime/transport/transport.ts';
import { startPipeline } from '../pipeline.ts';
import { keptValues } from './kept-values.ts';
import type { StoredLog } from './stored-log.ts';

export interface Rederived {
  readonly anomalies: readonly Anomaly[];
  /** The first minute of the stored updates; undefined where there are none. */
  readonly firstMinute: EventMinute | undefined;
  /** Sources whose beginning is no longer kept: what their peers had announced before is unknown. */
  readonly cutSources: readonly string[];
  readonly records: number;
}

/** So many records are sent at once. */
const sentAtOnce = 64;

/** The stored input through a minute, of routes and of probes, through all services in memory. */
export async function rederive(
  log: StoredLog,
  throughMinute: EventMinute,
  onMinute: (minute: EventMinute) => void,
): Promise<Rederived> {
  const { updatePartitions, blockPartitions, watchFile } = log;
  const memory = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'acknowledged' }),
  );
  const anomalies: Anomaly[] = [];
  try {
    const probes = await isProbed(log);
    const pipeline = await startPipeline(
      {
        updatePartitions,
        blockPartitions,
        watchFile,
        probes,
        onAnomaly: (anomaly) => anomalies.push(anomaly),
      },
      memory,
    );
    const copy = new InputCopy(await memory.openProducer(), throughMinute, onMinute);
    const inputs = [
      ...Array.from({ length: updatePartitions }, (_, partition) => updatesOf(log, partition)),
      ...(probes ? [probesOf(log)] : []),
    ];
    const copied = copy.run(inputs).then(() => pipeline.drained());
    await Promise.race([copied, pipeline.failed]);
    await pipeline.stop();
    const { firstMinute, cutSources, records } = copy;
    return { anomalies, firstMinute, cutSources: [...cutSources].sort(), records };
  } finally {
    await memory.close();
  }
}

/** One stored value as it is sent again: its records follow from the numbers that its producer has come to. */
interface InputValue {
  readonly eventMinute: EventMinute;
  readonly source: string;
  readonly isCut: boolean;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  encode(stamp: Stamp): readonly Uint8Array[];
  /** Says that the source takes part, where the record that did so is no longer kept. */
  opening(stamp: Stamp): readonly Uint8Array[];
}

const updatesOf = (log: StoredLog, partition: number): AsyncIterable<InputValue> =>
  inputOf(log, bgpUpdates, partition, ({ source, eventMinute }) => ({
    source,
    eventMinute,
    content: { case: 'sourceOpened', seed: false },
  }));

const probesOf = (log: StoredLog): AsyncIterable<InputValue> =>
  inputOf(log, probeResults, 0, ({ source, eventMinute }) => ({
    source,
    eventMinute,
    content: { case: 'sourceOpened', live: true },
  }));

async function* inputOf<T extends BgpUpdates | ProbeResults>(
  { transport }: StoredLog,
  channel: Channel<T>,
  partition: number,
  openingOf: (value: T) => T,
): AsyncIterable<InputValue> {
  const { topic, codec } = channel;
  for await (const { envelope, key, value, isCut } of keptValues(transport, channel, partition)) {
    yield {
      eventMinute: envelope.eventMinute,
      source: envelope.producer,
      isCut,
      topic,
      partition,
      key,
      encode: (stamp) => codec.encode(stamp, value),
      opening: (stamp) => codec.encode(stamp, openingOf(value)),
    };
  }
}

async function isProbed({ transport }: StoredLog): Promise<boolean> {
  try {
    const { low, high } = await transport.offsets(probeResults.topic, 0);
    return high > low;
  } catch {
    // A log from before there were probes, or a user who may not read them.
    return false;
  }
}

/** Copies stored input into the log in memory, all partitions side by side in event time. */
class InputCopy {
  firstMinute: EventMinute | undefined;
  records = 0;
  readonly cutSources = new Set<string>();
  readonly #producer: Producer;
  readonly #throughMinute: EventMinute;
  readonly #onMinute: (minute: EventMinute) => void;
  /** The last sequence by topic, partition and producer: they begin anew, as what was cut has no numbers here. */
  readonly #sequences = new Map<string, number>();
  #out: OutgoingRecord[] = [];

  constructor(producer: Producer, throughMinute: EventMinute, onMinute: (minute: EventMinute) => void) {
    this.#producer = producer;
    this.#throughMinute = throughMinute;
    this.#onMinute = onMinute;
  }

  async run(inputs: readonly AsyncIterable<InputValue>[]): Promise<void> {
    let minute: EventMinute | undefined;
    for await (const value of inOrderOfMinutes(inputs)) {
      if (value.eventMinute > this.#throughMinute) break;
      // A seed's table has the minute before all others.
      this.firstMinute ??= value.eventMinute;
      if (value.eventMinute !== minute) this.#onMinute(value.eventMinute);
      minute = value.eventMinute;
      this.#add(value);
      if (this.#out.length >= sentAtOnce) await this.#send();
    }
    await this.#send();
    await this.#producer.close();
  }

  #add(value: InputValue): void {
    this.records++;
    if (value.isCut) {
      this.cutSources.add(value.source);
      this.#write(value, value.opening(this.#stamp(value)));
    }
    this.#write(value, value.encode(this.#stamp(value)));
  }

  #stamp({ topic, partition, source, eventMinute }: InputValue): Stamp {
    const sequence = (this.#sequences.get(`${topic} ${partition} ${source}`) ?? 0) + 1;
    return { producer: source, sequence, eventMinute };
  }

  #write({ topic, partition, source, key }: InputValue, values: readonly Uint8Array[]): void {
    const of = `${topic} ${partition} ${source}`;
    this.#sequences.set(of, (this.#sequences.get(of) ?? 0) + values.length);
    for (const value of values) this.#out.push({ topic, partition, key, value });
  }

  async #send(): Promise<void> {
    const out = this.#out;
    this.#out = [];
    if (out.length > 0) await this.#producer.send(out);
  }
}

/** The earliest minute next; within an input its own order holds, also where a minute steps back. */
async function* inOrderOfMinutes(inputs: readonly AsyncIterable<InputValue>[]): AsyncIterable<InputValue> {
  const iterators = inputs.map((input) => input[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let first: number | undefined;
    for (const [i, head] of heads.entries()) {
      if (head.done) continue;
      if (first === undefined || head.value.eventMinute < heads[first]!.value.eventMinute) first = i;
    }
    if (first === undefined) return;
    yield heads[first]!.value;
    heads[first] = await iterators[first]!.next();
  }
}
