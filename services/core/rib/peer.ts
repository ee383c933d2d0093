import { type FamilyReport, type PeerReport, type PeerState, peerStates } from '../contract/route-changes.ts';
import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { AdjRibIn } from './adj-rib-in.ts';
import type { RoutePages } from './route-pages.ts';

/** A peer is silent after so long without a message, or after so many times its usual gap if that is longer. */
const silenceSeconds = 600;
const silenceGaps = 20;
/** Weight of a new gap in the usual one, and the longest gap that is learned as it is. */
const gapWeight = 1 / 16;
const longestGapSeconds = 3600;

/** Who a peer is, within a source: an IPv4 address has its word in w0. */
export interface PeerName {
  readonly address: string;
  readonly isIpv6: boolean;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly asn: number;
}

/**
 * A peer: its session as far as the source's records tell, its two tables, and what it did in the open minute.
 *
 * A session that was lost in a minute is reported as down for that minute even if it came back within it (then
 * as established in the next report): whoever holds this peer's routes forgets them all at a report of down, and then
 * applies the minute's changes, all of which came after the loss.
 */
export class Peer {
  readonly name: PeerName;
  /** The first word of its address and its AS as signed words, which compare without a box. */
  readonly addressWord: number;
  readonly asWord: number;
  /** Place among the source's peers, in the order in which they were first heard. */
  readonly number: number;
  readonly ipv4: AdjRibIn;
  readonly ipv6: AdjRibIn;
  state: PeerState;
  stateSinceMinute: EventMinute;
  lastHeard: EventSecond;
  /** EWMA of the gaps between the seconds in which it was heard. */
  #usualGapSeconds = 0;
  /** It was heard, or something that is reported changed, since the last report. */
  #reportDue = true;
  #lostSession = false;
  #reportedRefreshed = 0;

  announcedNew = 0;
  aaDiff = 0;
  aaDup = 0;
  waDiff = 0;
  waDup = 0;
  withdrawn = 0;
  wwDup = 0;
  late = 0;
  drift = 0;

  constructor(name: PeerName, number: number, second: EventSecond, pages: RoutePages) {
    this.name = name;
    this.addressWord = name.w0 | 0;
    this.asWord = name.asn | 0;
    this.number = number;
    this.state = 'established';
    this.stateSinceMinute = minuteOf(second);
    this.lastHeard = second;
    this.ipv4 = new AdjRibIn(pages);
    this.ipv6 = new AdjRibIn(pages);
  }

  /** A message of the peer, or an entry of it in a dump: its session is up. */
  hear(second: EventSecond): void {
    if (second > this.lastHeard) {
      const gap = Math.min(second - this.lastHeard, longestGapSeconds);
      this.#usualGapSeconds += (gap - this.#usualGapSeconds) * gapWeight;
      this.lastHeard = second;
    }
    this.#reportDue = true;
    if (this.state !== 'established') this.#enter('established', second);
  }

  /** BGP4MP_STATE_CHANGE out of Established, or into it without a way out that was seen. Drops all routes. */
  loseSession(second: EventSecond): void {
    this.ipv4.clear();
    this.ipv6.clear();
    this.#lostSession = true;
    this.#reportDue = true;
    if (this.state !== 'down') this.#enter('down', second);
  }

  /** Its source is not heard since this minute: its session may well go on. */
  loseHearing(minute: EventMinute): void {
    if (this.state === 'established')
      this.#enter('unheard', firstSecondOf(Math.max(minute, this.stateSinceMinute)));
  }

  /** Its source is heard again, from this minute on: what was not heard in between is no silence of the peer. */
  regainHearing(minute: EventMinute): void {
    if (this.state !== 'unheard') return;
    const now = firstSecondOf(minute);
    const lostAt = Math.max(this.lastHeard, firstSecondOf(this.stateSinceMinute));
    this.lastHeard += Math.max(0, now - lostAt);
    this.#enter('established', now);
  }

  /** Something that is reported changed. */
  requireReport(): void {
    this.#reportDue = true;
  }

  /** Looks whether the peer has been silent for too long at the beginning of second `now`. */
  checkSilence(now: EventSecond): void {
    const silentAt = this.lastHeard + Math.max(silenceSeconds, silenceGaps * this.#usualGapSeconds);
    if (this.state === 'established' && silentAt < now) this.#enter('silent', silentAt);
  }

  /** The report for a minute that is closed, if one is due; begins the next minute's counts. */
  report(): PeerReport | undefined {
    const refreshed = this.ipv4.refreshed + this.ipv6.refreshed;
    if (!this.#reportDue && refreshed === this.#reportedRefreshed) return undefined;
    const report: PeerReport = {
      address: this.name.address,
      asn: this.name.asn,
      state: this.#lostSession ? 'down' : this.state,
      stateSinceMinute: this.stateSinceMinute,
      ipv4: familyReport(this.ipv4),
      ipv6: familyReport(this.ipv6),
      announcedNew: this.announcedNew,
      aaDiff: this.aaDiff,
      aaDup: this.aaDup,
      waDiff: this.waDiff,
      waDup: this.waDup,
      withdrawn: this.withdrawn,
      wwDup: this.wwDup,
      late: this.late,
      drift: this.drift,
    };
    this.#reportedRefreshed = refreshed;
    this.#reportDue = this.#lostSession && this.state !== 'down';
    this.#lostSession = false;
    this.announcedNew = 0;
    this.aaDiff = 0;
    this.aaDup = 0;
    this.waDiff = 0;
    this.waDup = 0;
    this.withdrawn = 0;
    this.wwDup = 0;
    this.late = 0;
    this.drift = 0;
    return report;
  }

  save(writer: StateWriter): void {
    writer.u8(peerStates.indexOf(this.state));
    writer.u32(this.stateSinceMinute);
    writer.u32(this.lastHeard);
    writer.f64(this.#usualGapSeconds);
    writer.u8((this.#reportDue ? 1 : 0) | (this.#lostSession ? 2 : 0));
    writer.u32(this.#reportedRefreshed);
    const { announcedNew, aaDiff, aaDup, waDiff, waDup, withdrawn, wwDup, late, drift } = this;
    for (const count of [announcedNew, aaDiff, aaDup, waDiff, waDup, withdrawn, wwDup, late, drift])
      writer.u32(count);
    this.ipv4.save(writer);
    this.ipv6.save(writer);
  }

  load(reader: StateReader): void {
    this.state = peerStates[reader.u8()];
    this.stateSinceMinute = reader.u32();
    this.lastHeard = reader.u32();
    this.#usualGapSeconds = reader.f64();
    const flags = reader.u8();
    this.#reportDue = (flags & 1) !== 0;
    this.#lostSession = (flags & 2) !== 0;
    this.#reportedRefreshed = reader.u32();
    this.announcedNew = reader.u32();
    this.aaDiff = reader.u32();
    this.aaDup = reader.u32();
    this.waDiff = reader.u32();
    this.waDup = reader.u32();
    this.withdrawn = reader.u32();
    this.wwDup = reader.u32();
    this.late = reader.u32();
    this.drift = reader.u32();
    this.ipv4.load(reader);
    this.ipv6.load(reader);
  }

  #enter(state: PeerState, second: EventSecond): void {
    this.state = state;
    this.stateSinceMinute = minuteOf(second);
    this.#reportDue = true;
  }
}

const familyReport = (rib: AdjRibIn): FamilyReport => ({
  routes: rib.routes,
  refreshed: rib.refreshed,
  complete: rib.complete,
  named: rib.named,
});
