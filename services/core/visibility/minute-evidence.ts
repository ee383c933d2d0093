import type { PrefixEvent } from '../contract/as-minutes.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import type { ChangeRows } from './change-rows.ts';
import { commonOf, type LostPath, type LostPaths } from './lost-paths.ts';
import type { MinuteColumn } from './minute-columns.ts';
import { pathChange, type RouteRow, readRow } from './path-changes.ts';
import type { PeerRoster } from './peer-roster.ts';
import { isQuorum, setOf } from './prefix-evidence.ts';
import * as flag from './prefix-flags.ts';
import type { EventDraft, PrefixJudge } from './prefix-judge.ts';
import type { PrefixRecords } from './prefix-records.ts';

/** Losses of a prefix are kept once so many of the live peers lack it: one in 4. */
const losingShare = 4;

/** A minute whose changes are all in. */
export interface ClosedMinute {
  readonly minute: EventMinute;
  readonly columns: readonly MinuteColumn[];
  readonly rows: ChangeRows;
  /** Prefixes with at least `enoughPeers` rows that gave a peer a path. */
  readonly pathCandidates: readonly number[];
  readonly enoughPeers: number;
}

/** At the end of a minute: wide path changes, and what the lost paths of prefixes that went down share. */
export class MinuteEvidence {
  readonly #roster: PeerRoster;
  readonly #records: PrefixRecords;
  readonly #judge: PrefixJudge;
  readonly #lostPaths: LostPaths;

  constructor(roster: PeerRoster, records: PrefixRecords, judge: PrefixJudge, lostPaths: LostPaths) {
    this.#roster = roster;
    this.#records = records;
    this.#judge = judge;
    this.#lostPaths = lostPaths;
  }

  /** The events of the minute, by origin AS, prefix, second and kind. */
  gather(closed: ClosedMinute): PrefixEvent[] {
    const now = this.#roster.family(this.#records.family);
    const candidates = now.denominator.frozen ? [] : closed.pathCandidates.filter((id) => this.#stayedUp(id));
    const drafts = this.#judge.takeDrafts();
    const wentDown = drafts.filter(({ event }) => event.kind === 'down').map(({ id }) => id);
    const rows = this.#rowsOf([...candidates, ...wentDown], closed);
    const all = drafts.map((draft) =>
      draft.event.kind === 'down'
        ? this.#withLostPaths(draft, rows.get(draft.id) ?? [], closed.minute)
        : draft,
    );
    for (const id of candidates) {
      const event = this.#pathEvent(id, rows.get(id) ?? [], closed);
      if (event !== undefined) all.push({ id, event });
    }
    this.#lostPaths.close(closed.minute, this.#losses(closed));
    return all.sort((a, b) => this.#compare(a, b)).map(({ event }) => event);
  }

  #stayedUp(id: number): boolean {
    const flags = this.#records.flags[id]!;
    return (flags & flag.stateMask) === flag.up && (flags & flag.crossed) === 0;
  }

  #rowsOf(ids: readonly number[], { columns, rows }: ClosedMinute): Map<number, RouteRow[]> {
    const found = new Map<number, RouteRow[]>();
    if (ids.length === 0) return found;
    const { flags } = this.#records;
    for (const id of ids) {
      found.set(id, []);
      flags[id]! |= flag.wanted;
    }
    for (let i = 0; i < rows.count; i++) {
      if ((flags[rows.prefix(i)]! & flag.wanted) !== 0) {
        found.get(rows.prefix(i))!.push(readRow(columns, rows.row(i)));
      }
    }
    for (const id of ids) flags[id]! &= ~flag.wanted;
    return found;
  }

  /** The paths that peers had before they lost the prefix: of each, the last. */
  #withLostPaths(draft: EventDraft, rows: readonly RouteRow[], minute: EventMinute): EventDraft {
    const paths = new Map<number, Uint32Array>();
    for (const { peer, path } of this.#lostPaths.of(draft.id)) paths.set(peer, path);
    for (const { peer, second, before, after } of rows) {
      if (firstSecondOf(minute) + second > draft.event.eventSecond) break;
      if (after !== undefined) paths.delete(peer);
      else if (before !== undefined) paths.set(peer, before);
    }
    return { id: draft.id, event: { ...draft.event, ...commonOf(paths.values(), draft.event.originAs) } };
  }

  #pathEvent(id: number, rows: readonly RouteRow[], closed: ClosedMinute): PrefixEvent | undefined {
    const originAs = this.#records.origins.owner(id);
    const change = pathChange(rows, closed.enoughPeers, originAs);
    if (change === undefined) return undefined;
    const now = this.#roster.family(this.#records.family);
    const peers = setOf(change.peers, now.live.length);
    if (!isQuorum(peers, this.#roster, now)) return undefined;
    const eventSecond = firstSecondOf(closed.minute) + change.second;
    return { ...this.#judge.event(id, 'path', peers), eventSecond, viaAses: change.viaAses };
  }

  /** What peers lost in this minute of prefixes that are on their way down. */
  #losses({ minute, columns, rows }: ClosedMinute): { id: number; block: number; lost: LostPath }[] {
    const losses: { id: number; block: number; lost: LostPath }[] = [];
    for (let i = 0; i < rows.count; i++) {
      const id = rows.prefix(i);
      if (!rows.isLoss(i) || !this.#judge.isLosing(id, losingShare)) continue;
      const { peer, before } = readRow(columns, rows.row(i));
      // A copy: the minute's input need not outlive it.
      if (before !== undefined) {
        losses.push({ id, block: this.#records.block(id), lost: { minute, peer, path: before.slice() } });
      }
    }
    return losses;
  }

  #compare(a: EventDraft, b: EventDraft): number {
    return (
      a.event.originAs - b.event.originAs ||
      this.#records.table.compare(a.id, b.id) ||
      a.event.eventSecond - b.event.eventSecond ||
      kindOrder[a.event.kind] - kindOrder[b.event.kind]
    );
  }
}

/** As in PrefixEventKind. */
const kindOrder: Readonly<Record<PrefixEvent['kind'], number>> = {
  down: 1,
  up: 2,
  path: 3,
  origin: 4,
  uncovered: 5,
  covered: 6,
};
