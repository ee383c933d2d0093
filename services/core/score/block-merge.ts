import type { AsMinutes, Denominator, ExpectedDelta, PrefixEvent } from '../contract/as-minutes.ts';
import type { AsReach } from '../contract/as-reach.ts';
import type { EventMinute } from '../event-time.ts';
import { longestSilenceMinutes } from '../silence.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { Wait } from '../step.ts';
import { readAsMinutes, writeAsMinutes } from './as-minutes-state.ts';
import { ProbeMerge } from './probe-merge.ts';

/** One minute of all address blocks. */
export interface MergedMinute {
  readonly eventMinute: EventMinute;
  /** By block: a prefix's events stand in their order. */
  readonly events: readonly PrefixEvent[];
  /** In no particular order: they are added up. */
  readonly expected: readonly ExpectedDelta[];
  /** Absent if no block sent this minute. */
  readonly denominators?: { readonly ipv4: Denominator; readonly ipv6: Denominator };
  /** What probes say, in order of time. */
  readonly reaches: readonly AsReach[];
}

interface Block {
  lastMinute: EventMinute | undefined;
  /** Not yet taken, in order of time. */
  waiting: AsMinutes[];
}

/** Puts the minutes of all address block partitions together, and those of the probes where there are any. */
export class BlockMerge {
  #blocks: Block[] = [];
  readonly #probes = new ProbeMerge();
  /** The minute to take next; undefined until every block has been heard. */
  #next: EventMinute | undefined;
  /** The last minute taken that some block sent. */
  #toldMinute: EventMinute = 0;

  add(record: AsMinutes): void {
    if (record.probes !== undefined) {
      this.#probes.add(record.eventMinute, record.probes);
      return;
    }
    if (this.#blocks.length === 0) {
      this.#blocks = Array.from({ length: record.blockPartitions }, () => ({
        lastMinute: undefined,
        waiting: [],
      }));
    }
    const block = this.#blocks[record.block];
    if (block === undefined || record.blockPartitions !== this.#blocks.length) {
      throw new RangeError(
        `block ${record.block} of ${record.blockPartitions}, expected ${this.#blocks.length} blocks`,
      );
    }
    if (block.lastMinute !== undefined && record.eventMinute <= block.lastMinute) {
      throw new RangeError(
        `block ${record.block}: minute ${record.eventMinute} after minute ${block.lastMinute}`,
      );
    }
    block.lastMinute = record.eventMinute;
    block.waiting.push(record);
  }

  /** The next minute that no block will add to, if there is one: also one that all blocks jump over, unless they have been silent for long. */
  take(): MergedMinute | undefined {
    if (this.#blocks.length === 0) return undefined;
    let through = Number.POSITIVE_INFINITY;
    for (const { lastMinute } of this.#blocks) through = Math.min(through, lastMinute ?? -1);
    this.#next ??= through < 0 ? undefined : this.#firstWaiting();
    if (this.#next === undefined || this.#next > through) return undefined;
    // Of each block a minute waits that is not before this one: it is complete through it.
    if (this.#next - this.#toldMinute > longestSilenceMinutes) this.#next = this.#firstWaiting();
    if (this.#probes.isAwaited(this.#next, through)) return undefined;
    const eventMinute = this.#next++;
    const records: AsMinutes[] = [];
    for (const { waiting } of this.#blocks) {
      if (waiting[0]?.eventMinute === eventMinute) records.push(waiting.shift()!);
    }
    const events = records.flatMap((record) => record.events);
    const expected = records.flatMap((record) => record.expected);
    const reaches = this.#probes.take(eventMinute);
    const [first] = records;
    if (first === undefined) return { eventMinute, events, expected, reaches };
    this.#toldMinute = eventMinute;
    const denominators = { ipv4: first.ipv4, ipv6: first.ipv6 };
    return { eventMinute, events, expected, reaches, denominators };
  }

  waitsFor(): Wait | undefined {
    if (this.#blocks.every(({ waiting }) => waiting.length === 0)) return undefined;
    const first = this.#blocks.map(({ waiting }) => waiting[0]?.eventMinute ?? Number.POSITIVE_INFINITY);
    const minute = this.#next ?? Math.min(...first);
    const late = this.#blocks.flatMap(({ lastMinute }, block) =>
      (lastMinute ?? -1) < minute ? [`visibility-tracker/${block}`] : [],
    );
    // All blocks have told it: what is missing are the probes.
    return { minute, tasks: late.length === 0 ? ['probe-tracker/0'] : late };
  }

  save(writer: StateWriter): void {
    writer.list(this.#blocks, (block) => {
      writer.u32(block.lastMinute ?? 0);
      writer.list(block.waiting, (record) => writeAsMinutes(writer, record));
    });
    writer.u32(this.#next ?? 0);
    writer.u32(this.#toldMinute);
    this.#probes.save(writer);
  }

  load(reader: StateReader): void {
    this.#blocks = reader.list(() => ({
      lastMinute: reader.u32() || undefined,
      waiting: reader.list(() => readAsMinutes(reader)),
    }));
    this.#next = reader.u32() || undefined;
    this.#toldMinute = reader.u32();
    this.#probes.load(reader);
  }

  #firstWaiting(): EventMinute {
    return Math.min(...this.#blocks.map((block) => block.waiting[0]!.eventMinute));
  }
}
