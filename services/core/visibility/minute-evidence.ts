import type { PrefixEvent } from '../contract/as-minutes.ts';
import { firstPath } from '../contract/route-changes.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import type { ChangeRows } from './change-rows.ts';
import { commonOf, type LostPath, type LostPaths } from './lost-paths.ts';
import { columnOf, type MinuteColumn } from './minute-columns.ts';
import { type PathChange, PathChanges } from './path-changes.ts';
import type { PeerRoster } from './peer-roster.ts';
import type { EventDraft } from './prefix-events.ts';
import { isQuorum, setOf } from './prefix-evidence.ts';
import * as flag from './prefix-flags.ts';
import type { PrefixJudge } from './prefix-judge.ts';
import type { PrefixRecords } from './prefix-records.ts';
import type { PathPart } from './route-paths.ts';

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
    const rows = (id: number) => closed.rows.upTo(this.#records.array.lastRow(id));
    const all = drafts.map((draft) =>
      draft.event.kind === 'down' ? this.#withLostPaths(draft, rows(draft.id), closed) : draft,
    );
    const changes = new PathChanges(closed.columns, candidates.length > 0 ? this.#roster.size : 0);
    for (const id of candidates) {
      const change = changes.find(rows(id), closed.enoughPeers, this.#records.array.owner(id));
      if (change !== undefined) all.push(...this.#pathEvents(id, change, closed.minute));
    }
    this.#lostPaths.close(closed.minute, this.#losses(closed));
    return all.sort((a, b) => this.#compare(a, b)).map(({ event }) => event);
  }

  #stayedUp(id: number): boolean {
    const flags = this.#records.array.flags(id);
    return (flags & flag.stateMask) === flag.up && (flags & flag.crossed) === 0;
  }

  /** The paths that peers had before they lost the prefix: of each, the last. */
  #withLostPaths(draft: EventDraft, rows: readonly number[], closed: ClosedMinute): EventDraft {
    const paths = new Map<number, PathPart>();
    for (const { peer, path } of this.#lostPaths.of(draft.id)) paths.set(peer, path);
    for (const row of rows) {
      const { columns, peers, paths: known, base } = closed.columns[columnOf(closed.columns, row)];
      const at = row - base;
      if (firstSecondOf(closed.minute) + columns.second[at] > draft.event.eventSecond) break;
      const peer = peers[columns.peer[at]];
      if (columns.after[at] >= firstPath) paths.delete(peer);
      else if (columns.before[at] >= firstPath) paths.set(peer, known.whole(columns.before[at] - firstPath));
    }
    const { originAs } = draft.event;
    return { id: draft.id, event: { ...draft.event, ...commonOf([...paths.values()], originAs) } };
  }

  /** One event, or none where too few peers say so. */
  #pathEvents(id: number, change: PathChange, minute: EventMinute): EventDraft[] {
    const now = this.#roster.family(this.#records.family);
    const peers = setOf(change.peers, now.live.length);
    if (!isQuorum(peers, this.#roster, now)) return [];
    const eventSecond = firstSecondOf(minute) + change.second;
    return [
      { id, event: { ...this.#judge.events.event(id, 'path', peers), eventSecond, viaAses: change.viaAses } },
    ];
  }

  /** What peers lost in this minute of prefixes that are on their way down. */
  #losses({ minute, columns, rows }: ClosedMinute): { id: number; block: number; lost: LostPath }[] {
    const losses: { id: number; block: number; lost: LostPath }[] = [];
    for (let i = 0; i < rows.count; i++) {
      const id = rows.prefix(i);
      if (!rows.isLoss(i) || !this.#judge.isLosing(id, losingShare)) continue;
      const column = columns[columnOf(columns, rows.row(i))];
      const at = rows.row(i) - column.base;
      const before = column.columns.before[at];
      if (before < firstPath) continue;
      const path = column.paths.whole(before - firstPath);
      const peer = column.peers[column.columns.peer[at]];
      losses.push({ id, block: this.#records.block(id), lost: { minute, peer, path } });
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
  recount: 7,
};
