import type { AsMinutes, ExpectedDelta } from '../contract/as-minutes.ts';
import type { RouteChanges, SourceChanges } from '../contract/route-changes.ts';
import type { EventMinute } from '../event-time.ts';
import { type Family, families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { Step, Wait } from '../step.ts';
import type { ExpectedChanges } from './expected-set.ts';
import { FamilyVisibility } from './family-visibility.ts';
import { minuteColumns } from './minute-columns.ts';
import { PeerRoster, type SourcedReport } from './peer-roster.ts';
import { loadChanges, saveChanges } from './pending-changes.ts';
import { type HolderOf, type ProbedAddress, TargetOrigins } from './target-origins.ts';

export interface VisibilityTrackerOptions {
  readonly block: number;
  readonly blockPartitions: number;
  readonly probed?: readonly ProbedAddress[];
}

/** What one route-tracker has sent. */
interface Tracker {
  /** It is complete through this minute; undefined until it has sent anything. */
  through: EventMinute | undefined;
  /** Its minutes that are not evaluated yet. */
  readonly pending: RouteChanges[];
}

/**
 * Stage 3, one task an address block partition: which prefixes the world can no longer see. A minute is evaluated
 * once all route-trackers are complete through it; how peers are spread over them changes nothing.
 */
export class VisibilityTracker implements Step<RouteChanges, AsMinutes> {
  readonly #options: Omit<VisibilityTrackerOptions, 'probed'>;
  #trackers: Tracker[] = [];
  readonly #roster = new PeerRoster();
  readonly #families: Readonly<Record<Family, FamilyVisibility>>;
  readonly #targets: TargetOrigins;

  /** `probed`: the addresses, of any block, of which it is told whose they are. */
  constructor({ probed = [], ...options }: VisibilityTrackerOptions) {
    this.#options = options;
    this.#targets = new TargetOrigins(probed, options.block, options.blockPartitions);
    this.#families = {
      ipv4: new FamilyVisibility('ipv4', this.#roster),
      ipv6: new FamilyVisibility('ipv6', this.#roster),
    };
  }

  apply(input: RouteChanges, emit: (output: AsMinutes) => void): void {
    this.#take(input);
    for (let due = this.#takeDue(); due !== undefined; due = this.#takeDue()) {
      emit(this.#evaluate(due.minute, due.sources));
    }
  }

  save(writer: StateWriter): void {
    writer.list(this.#trackers, ({ through, pending }) => {
      writer.u8(through === undefined ? 0 : 1);
      writer.u32(through ?? 0);
      writer.list(pending, (changes) => saveChanges(writer, changes));
    });
    this.#roster.save(writer);
    for (const family of families) this.#families[family].save(writer);
  }

  load(reader: StateReader): void {
    this.#trackers = reader.list(() => {
      const hasSent = reader.u8() === 1;
      const through = reader.u32();
      const pending = reader.list(() => loadChanges(reader));
      return { through: hasSent ? through : undefined, pending };
    });
    this.#roster.load(reader);
    for (const family of families) this.#families[family].load(reader);
    this.#targets.restore(this.#holderOf);
  }

  waitsFor(): Wait | undefined {
    const minute = this.#firstPending();
    if (minute === Number.POSITIVE_INFINITY) return undefined;
    const tasks = this.#trackers.flatMap(({ through }, tracker) =>
      (through ?? -1) < minute ? [`route-tracker/${tracker}`] : [],
    );
    return tasks.length === 0 ? undefined : { minute, tasks };
  }

  #firstPending(): EventMinute {
    let minute = Number.POSITIVE_INFINITY;
    for (const { pending } of this.#trackers) minute = Math.min(minute, pending[0]?.eventMinute ?? minute);
    return minute;
  }

  #take(input: RouteChanges): void {
    while (this.#trackers.length < input.trackerPartitions) {
      this.#trackers.push({ through: undefined, pending: [] });
    }
    const tracker = this.#trackers[input.tracker];
    if (tracker === undefined || this.#trackers.length !== input.trackerPartitions) {
      throw new RangeError(
        `tracker ${input.tracker} of ${input.trackerPartitions}, where ${this.#trackers.length} are known`,
      );
    }
    if (tracker.through !== undefined && input.eventMinute <= tracker.through) {
      throw new RangeError(
        `tracker ${input.tracker} sent minute ${input.eventMinute} after ${tracker.through}`,
      );
    }
    tracker.through = input.eventMinute;
    tracker.pending.push(input);
  }

  /** The earliest minute that anybody sent, if all are complete through it. */
  #takeDue(): { minute: EventMinute; sources: SourceChanges[] } | undefined {
    const minute = this.#firstPending();
    let complete = Number.POSITIVE_INFINITY;
    for (const { through } of this.#trackers)
      complete = Math.min(complete, through ?? Number.NEGATIVE_INFINITY);
    if (minute > complete || minute === Number.POSITIVE_INFINITY) return undefined;
    const sources: SourceChanges[] = [];
    for (const { pending } of this.#trackers) {
      if (pending[0]?.eventMinute === minute) sources.push(...pending.shift()!.sources);
    }
    return { minute, sources };
  }

  #evaluate(minute: EventMinute, sources: readonly SourceChanges[]): AsMinutes {
    const before = { ipv4: this.#roster.family('ipv4'), ipv6: this.#roster.family('ipv6') };
    const reports: SourcedReport[] = [];
    for (const { source, seed, peers } of sources) {
      for (const report of peers) {
        if (seed) this.#roster.reportSeed(report);
        else reports.push({ source, report });
      }
    }
    const change = this.#roster.apply(minute, reports);
    const applied = (family: Family): FamilyMinute => {
      const columns = minuteColumns(family, sources, change.ids);
      const events = this.#families[family].applyMinute(minute, columns, before[family], change);
      return { events, expected: this.#families[family].takeExpected() };
    };
    const ipv4 = applied('ipv4');
    const ipv6 = applied('ipv6');
    const targets = this.#targets.close(minute, this.#holderOf);
    return {
      ...this.#options,
      eventMinute: minute,
      // Each family's are in order already, and the sort is stable.
      events: [...ipv4.events, ...ipv6.events].sort((a, b) => a.originAs - b.originAs),
      expected: expectedDeltas(ipv4.expected, ipv6.expected),
      ipv4: this.#roster.family('ipv4').denominator,
      ipv6: this.#roster.family('ipv6').denominator,
      ...(targets.length > 0 && { targets }),
    };
  }

  #holderOf: HolderOf = (family, address, originAs) => this.#families[family].holderOf(address, originAs);
}

interface FamilyMinute {
  readonly events: AsMinutes['events'];
  readonly expected: ExpectedChanges;
}

function expectedDeltas(ipv4: ExpectedChanges, ipv6: ExpectedChanges): ExpectedDelta[] {
  return [...new Set([...ipv4.keys(), ...ipv6.keys()])]
    .sort((a, b) => a - b)
    .map((originAs) => ({
      originAs,
      ipv4: ipv4.get(originAs)?.expected ?? 0,
      ipv6: ipv6.get(originAs)?.expected ?? 0,
      heardIpv4: ipv4.get(originAs)?.heard ?? 0,
      heardIpv6: ipv6.get(originAs)?.heard ?? 0,
    }))
    .filter(
      (delta) => delta.ipv4 !== 0 || delta.ipv6 !== 0 || delta.heardIpv4 !== 0 || delta.heardIpv6 !== 0,
    );
}
