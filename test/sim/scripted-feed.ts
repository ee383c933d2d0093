import type { BgpUpdates, UpdatesContent } from '#core/contract/bgp-updates.ts';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { PeerLocation } from '#core/mrt/peer-location.ts';
import { recordEnd } from '#core/mrt/record.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';
import type { CollectorFeed } from '#scenario/collector-feed.ts';
import { type GeneratedScenario, generate } from '#scenario/generate.ts';
import type { Random } from '#scenario/random.ts';
import type { Scenario } from '#scenario/scenario.ts';
import { PeerPartition } from '../../services/feeder/peer-partition.ts';

/** The records of one source for bgp.updates, in its order: what a feeder would write of it. */
export interface SourceScript {
  readonly source: string;
  readonly records: readonly OutgoingRecord[];
}

/** A scenario as scripts of its collectors: opened, batches and a tick for each minute, ended. */
export function sourceScripts(scenario: Scenario, seed: number, partitions: number): SourceScript[] {
  const generated = generate(scenario, seed);
  return generated.collectors.map((feed) => ({
    source: feed.collector,
    records: sourceRecords(generated, feed, partitions),
  }));
}

function sourceRecords(
  { fromSecond, untilSecond }: GeneratedScenario,
  feed: CollectorFeed,
  partitions: number,
): OutgoingRecord[] {
  const script = new ScriptWriter(feed.collector, partitions);
  const minutes = new Map<EventMinute, Uint8Array[]>();
  for (const { eventMinute, bytes } of feed.updates())
    minutes.set(eventMinute, [...(minutes.get(eventMinute) ?? []), bytes]);
  const first = minuteOf(fromSecond);
  script.all(first, { case: 'sourceOpened', seed: false });
  const last = minuteOf(untilSecond);
  for (let minute = first; minute <= last; minute++) {
    for (const bytes of minutes.get(minute) ?? []) script.batches(minute, bytes);
    script.all(minute, { case: 'tick' });
  }
  script.all(last, { case: 'endOfSource' });
  return script.records;
}

class ScriptWriter {
  readonly records: OutgoingRecord[] = [];
  readonly #source: string;
  readonly #partitions: number;
  readonly #peers: PeerPartition;
  readonly #sequences: number[];
  readonly #location = new PeerLocation();

  constructor(source: string, partitions: number) {
    this.#source = source;
    this.#partitions = partitions;
    this.#peers = new PeerPartition(source, partitions);
    this.#sequences = Array<number>(partitions).fill(0);
  }

  all(eventMinute: EventMinute, content: UpdatesContent): void {
    for (let partition = 0; partition < this.#partitions; partition++)
      this.#write(partition, { source: this.#source, eventMinute, content });
  }

  /** One record for each partition that a peer of these MRT records belongs to. */
  batches(eventMinute: EventMinute, bytes: Uint8Array): void {
    const parts: Uint8Array[][] = Array.from({ length: this.#partitions }, () => []);
    for (let at = 0; at < bytes.length; ) {
      const end = recordEnd(bytes, at, bytes.length);
      if (!this.#location.find(bytes, at, end)) throw new Error(`a record at ${at} names no peer`);
      parts[this.#peers.of(bytes, this.#location)]!.push(bytes.subarray(at, end));
      at = end;
    }
    parts.forEach((records, partition) => {
      if (records.length === 0) return;
      const value = Uint8Array.from(Buffer.concat(records));
      const content = { case: 'mrtRecords', value } as const;
      this.#write(partition, { source: this.#source, eventMinute, content });
    });
  }

  #write(partition: number, updates: BgpUpdates): void {
    const sequence = ++this.#sequences[partition]!;
    const stamp = { producer: this.#source, sequence, eventMinute: updates.eventMinute };
    for (const value of bgpUpdates.codec.encode(stamp, updates))
      this.records.push({ topic: bgpUpdates.topic, partition, key: this.#source, value });
  }
}

/** The scripts as one stream: each source in its order, how they interleave is drawn. Every source is opened first. */
export function interleaved(
  scripts: readonly SourceScript[],
  partitions: number,
  random: Random,
): OutgoingRecord[] {
  const records = scripts.flatMap((script) => script.records.slice(0, partitions));
  const left = scripts.map((script) => ({ records: script.records, next: partitions }));
  while (left.length > 0) {
    const one = random.pick(left);
    const run = random.integer(1, 40);
    records.push(...one.records.slice(one.next, one.next + run));
    one.next += run;
    if (one.next >= one.records.length) left.splice(left.indexOf(one), 1);
  }
  return records;
}
