import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores, Heartbeat } from '#core/contract/as-scores.ts';
import { type EventSecond, firstSecondOf } from '#core/event-time.ts';
import { shiftOf } from '#core/shifted-source.ts';
import type { AsHistory } from './as-history.ts';
import { AsTable } from './as-table.ts';
import { type IncidentRecord, IncidentStore } from './incident-store.ts';

/** What the owner of the view knows of one feed or collector. */
export interface FeedHealth {
  readonly name: string;
  readonly isWell: boolean;
  /** "connected, 2 s behind": in words, for people. */
  readonly text: string;
}

export interface WorldLimits {
  readonly openMax: number;
  readonly closedMax: number;
  readonly asesMax: number;
  /** Minute scores and changes of prefixes of all ASes together; about 32 bytes each at most. */
  readonly pointsMax: number;
}

const defaultLimits: WorldLimits = {
  openMax: 10_000,
  closedMax: 5_000,
  asesMax: 150_000,
  pointsMax: 3_000_000,
};

/** What happened to the view; it is told after the view has changed. */
export type WorldChange =
  | { readonly case: 'incident'; readonly record: IncidentRecord }
  | { readonly case: 'minute' }
  | { readonly case: 'feeds' };

/** The state of the world as `anomalies` and `as.scores` told it, for people to look at. It is bounded, and does no I/O. */
export class WorldView {
  readonly incidents: IncidentStore;
  readonly ases: AsTable;
  readonly #listeners = new Set<(change: WorldChange) => void>();
  #heartbeat: Heartbeat | undefined;
  #firstSecond: EventSecond | undefined;
  #asOfSecond: EventSecond = 0;
  #feeds: readonly FeedHealth[] = [];
  #revision = 0;
  #shiftMinutes: number | undefined;

  constructor(limits: Partial<WorldLimits> = {}) {
    const all = { ...defaultLimits, ...limits };
    this.incidents = new IncidentStore(all);
    this.ases = new AsTable(all);
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  /** Undefined before the first minute was told. */
  get heartbeat(): Heartbeat | undefined {
    return this.#heartbeat;
  }

  /** Event time up to which everything was told; 0 before the first. */
  get asOfSecond(): EventSecond {
    return this.#asOfSecond;
  }

  /** Event time of the first that was told. */
  get firstSecond(): EventSecond {
    return this.#firstSecond ?? this.#asOfSecond;
  }

  /** By how many minutes the times of what is told are shifted, as the collectors in its evidence say; undefined if they are not. */
  get shiftMinutes(): number | undefined {
    return this.#shiftMinutes;
  }

  get feeds(): readonly FeedHealth[] {
    return this.#feeds;
  }

  addAnomaly(anomaly: Anomaly): void {
    // A test is of the wall clock, not of what is told.
    if (anomaly.subject !== 'test:alert') this.#passed(anomaly.eventSecond);
    const record = this.incidents.add(anomaly);
    this.#heard(anomaly.evidence.samplePeersFor);
    this.#heard(anomaly.evidence.samplePeersAgainst);
    if (anomaly.originAs !== 0 && anomaly.prefixes.length > 0)
      this.#update(anomaly.originAs, (history) => history.expect(anomaly.prefixes));
    this.#tell({ case: 'incident', record });
  }

  addScores({ eventMinute, content }: AsScores): void {
    this.#firstSecond ??= firstSecondOf(eventMinute);
    switch (content.case) {
      case 'score':
        for (const { peersFor } of content.value.events) this.#heard(peersFor);
        this.#update(content.value.originAs, (history) => history.add(eventMinute, content.value));
        this.#revision++;
        return;
      case 'transit':
        return;
      case 'heartbeat':
        this.#heartbeat = content.value;
        this.#passed(firstSecondOf(eventMinute + 1));
        this.#tell({ case: 'minute' });
    }
  }

  setFeeds(feeds: readonly FeedHealth[]): void {
    this.#feeds = feeds;
    this.#tell({ case: 'feeds' });
  }

  /** Returns how to stop listening. */
  listen(listener: (change: WorldChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Peers are written as "collector address ASn". */
  #heard(peers: readonly string[]): void {
    for (const peer of peers)
      this.#shiftMinutes = shiftOf(peer.slice(0, peer.indexOf(' '))) ?? this.#shiftMinutes;
  }

  #passed(second: EventSecond): void {
    this.#asOfSecond = Math.max(this.#asOfSecond, second);
  }

  #update(originAs: number, change: (history: AsHistory) => void): void {
    this.ases.update(originAs, change, (asn) => this.incidents.hasOpen(asn));
  }

  #tell(change: WorldChange): void {
    this.#revision++;
    for (const listener of this.#listeners) listener(change);
  }
}
