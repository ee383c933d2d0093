import type { AsReach } from '../contract/as-reach.ts';
import type { AsScore, PeerCounts, ScoredEvent, Visibility } from '../contract/as-scores.ts';
import { type EventMinute, type EventSecond, formatSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import type { IncidentBook } from './incident-book.ts';
import { endOf, incidentId } from './incident-book.ts';
import { type LostPrefixes, updateLost } from './lost-prefixes.ts';
import { chronic, limits, mostlyCovered, outage, schedule } from './thresholds.ts';

/** The minute that is being decided. */
export interface Minute {
  readonly minute: EventMinute;
  /** Its end: the event time of what is decided. */
  readonly eventSecond: EventSecond;
  /** Minutes in which the family could be judged, so far. */
  readonly ticks: Readonly<Record<Family, number>>;
  readonly frozen: Readonly<Record<Family, boolean>>;
}

/**
 * What the detector remembers of one origin AS. Plain data, as incident.ts says. Every field is there from the start and none is
 * ever deleted: that would make a slow object of it.
 */
export interface AsState {
  readonly originAs: number;
  /** The minute in which to look at it next. */
  dueMinute: EventMinute | undefined;
  /** The score of the minute that is under way; undefined if nothing happened to the AS in it. */
  score: AsScore | undefined;
  readonly ipv4: FamilyState;
  readonly ipv6: FamilyState;
  /** The last prefix events. */
  recent: RecentEvent[];
  /** The open BURST, BEAT or CHRONIC incident. */
  beatId: string | undefined;
  scheduleId: string | undefined;
  /** The open incident by probes alone; the last alarm of Atlas connections. */
  dataPlaneId: string | undefined;
  dataPlaneAlarmSecond: EventSecond;
  /** What probes last said; undefined where there are none. */
  reach: AsReach | undefined;
  /** Beat events no more than 30 minutes apart: the first and the last one. */
  runFirstSecond: EventSecond;
  runLastSecond: EventSecond;
  /** Days (since 1970) on which a beat was recognised, within a week. */
  beatDays: number[];
  lastBeat: PastBeat | undefined;
  outages: PastOutage[];
  /** Ids given lately, so that none is given twice. */
  ids: string[];
}

export interface FamilyState {
  visibility: KeptVisibility | undefined;
  lost: LostPrefixes;
  /** Minutes in a row for which the full, or the partial, condition has held; no more than decide. */
  fullMinutes: number;
  partialMinutes: number;
  /** Open outages, oldest first. */
  readonly outageIds: string[];
  /** Prefixes that went lately and are covered: how many, at the end of which minute. */
  coveredLosses: CoveredLoss[];
  /** The peers of the last loss, or, before any, of the first event. */
  peers: PeerSample | undefined;
}

export interface CoveredLoss {
  readonly second: EventSecond;
  readonly count: number;
}

/** The lost prefixes themselves and who lacks them are in `lost`; they are not saved twice. */
export type KeptVisibility = Omit<Visibility, 'lostPrefixes' | 'lostBy'>;

export interface RecentEvent {
  readonly second: EventSecond;
  readonly text: string;
  readonly isIpv6: boolean;
}

export interface PeerSample extends PeerCounts, Pick<ScoredEvent, 'peersFor' | 'peersAgainst'> {
  readonly second: EventSecond;
}

export interface PastBeat {
  readonly id: string;
  readonly confirmed: boolean;
  readonly onsetSecond: EventSecond;
  readonly closedSecond: EventSecond;
}

export interface PastOutage {
  readonly id: string;
  readonly kind: 'outageFull' | 'outagePartial';
  readonly startSecond: EventSecond;
  readonly endSecond: EventSecond;
  /** It became a phase of a beat. */
  readonly merged: boolean;
}

export const emptyAs = (originAs: number): AsState => ({
  originAs,
  dueMinute: undefined,
  score: undefined,
  ipv4: emptyFamily(),
  ipv6: emptyFamily(),
  recent: [],
  beatId: undefined,
  scheduleId: undefined,
  dataPlaneId: undefined,
  dataPlaneAlarmSecond: 0,
  reach: undefined,
  runFirstSecond: 0,
  runLastSecond: 0,
  beatDays: [],
  lastBeat: undefined,
  outages: [],
  ids: [],
});

const emptyFamily = (): FamilyState => ({
  visibility: undefined,
  lost: { named: [], unnamed: undefined },
  fullMinutes: 0,
  partialMinutes: 0,
  outageIds: [],
  coveredLosses: [],
  peers: undefined,
});

/** JSON leaves out what is undefined. */
export const withAllFields = (state: AsState): AsState => ({
  ...emptyAs(state.originAs),
  ...state,
  ipv4: withFamilyFields(state.ipv4),
  ipv6: withFamilyFields(state.ipv6),
});

const withFamilyFields = (family: FamilyState): FamilyState => ({
  ...emptyFamily(),
  ...family,
  lost: { named: family.lost.named, unnamed: family.lost.unnamed },
});

/** Takes in the score of a minute; nothing is decided before the minute's heartbeat. */
export function takeScore(state: AsState, score: AsScore, minute: EventMinute, ticks: Minute['ticks']): void {
  state.score = score;
  if (score.reach !== undefined) state.reach = score.reach;
  takeFamily(state.ipv4, score, 'ipv4', minute, ticks.ipv4);
  takeFamily(state.ipv6, score, 'ipv6', minute, ticks.ipv6);
  for (const event of score.events) {
    const isIpv6 = event.prefix.includes(':');
    state.recent.push({ second: event.eventSecond, text: textOf(event), isIpv6 });
    const own = isIpv6 ? state.ipv6 : state.ipv4;
    if (event.kind === 'down' || own.peers === undefined) own.peers = peersOf(event);
  }
  if (state.recent.length > 2 * limits.sampleUpdates)
    state.recent.splice(0, state.recent.length - 2 * limits.sampleUpdates);
}

function takeFamily(
  state: FamilyState,
  score: AsScore,
  family: Family,
  minute: EventMinute,
  tick: number,
): void {
  const kept = score[family];
  // Most ASes lose nothing, and most have one family.
  const isQuiet = kept.lost === 0 && kept.covered === 0 && state.visibility === undefined;
  if (isQuiet && kept.expected === 0) return;
  noteCovered(state, kept.covered - (state.visibility?.covered ?? 0), endOf(minute));
  state.visibility = kept;
  if (kept.lost === 0 && state.lost.named.length === 0) return;
  const events = score.events.filter((event) => event.prefix.includes(':') === (family === 'ipv6'));
  const isRecentLoss = kept.lastLostSecond >= minute * 60 - outage.relapseMinutes * 60;
  updateLost(state.lost, score[family], events, tick, isRecentLoss ? kept.lastLostSecond : minute * 60);
}

function noteCovered(state: FamilyState, more: number, second: EventSecond): void {
  if (more <= 0 && state.coveredLosses.length === 0) return;
  const isRecent = (loss: CoveredLoss): boolean => second - loss.second <= mostlyCovered.keptSeconds;
  state.coveredLosses = state.coveredLosses.filter(isRecent);
  if (more > 0) state.coveredLosses.push({ second, count: more });
}

/** "2014-12-22T16:15:03Z down 175.45.176.0/24 39 of 40 peers". */
function textOf(event: ScoredEvent): string {
  const to = event.kind === 'origin' ? ` to AS${event.newOriginAs}` : '';
  const covered = event.covered ? ' (covered)' : '';
  const peers = event.livePeers > 0 ? ` ${event.peers} of ${event.livePeers} peers` : '';
  return `${formatSecond(event.eventSecond)} ${event.kind} ${event.prefix}${to}${covered}${peers}`;
}

const peersOf = (event: ScoredEvent): PeerSample => ({
  second: event.eventSecond,
  peers: event.peers,
  livePeers: event.livePeers,
  peerAses: event.peerAses,
  livePeerAses: event.livePeerAses,
  peersFor: event.peersFor,
  peersAgainst: event.peersAgainst,
});

/** The next id for an incident of this AS. */
export function nextId(state: AsState, sort: string, startSecond: EventSecond, book: IncidentBook): string {
  const taken = (id: string): boolean => book.isOpen(id) || state.ids.includes(id);
  const id = incidentId(`as${state.originAs}-${sort}`, startSecond, taken);
  state.ids.push(id);
  if (state.ids.length > limits.idsRemembered) state.ids.shift();
  return id;
}

export function rememberOutage(state: AsState, past: PastOutage): void {
  state.outages.push(past);
  if (state.outages.length > limits.outagesRemembered) state.outages.shift();
}

/** Forgets what no rule looks back to; true if nothing is left of the AS. */
export function forget(state: AsState, eventSecond: EventSecond): boolean {
  if (state.outages.length > 0)
    state.outages = state.outages.filter((past) => eventSecond - past.endSecond <= schedule.horizonSeconds);
  if (state.beatDays.length > 0)
    state.beatDays = state.beatDays.filter((day) => eventSecond / 86_400 - day <= chronic.withinDays);
  if (eventSecond - (state.lastBeat?.closedSecond ?? eventSecond) > 2 * 86_400) state.lastBeat = undefined;
  const open = state.ipv4.outageIds.length + state.ipv6.outageIds.length > 0;
  const lost = (state.ipv4.visibility?.lost ?? 0) + (state.ipv6.visibility?.lost ?? 0) > 0;
  return (
    !open &&
    !lost &&
    state.score === undefined &&
    state.beatId === undefined &&
    state.scheduleId === undefined &&
    state.dataPlaneId === undefined &&
    (state.reach === undefined || state.reach.state === 'absent') &&
    state.lastBeat === undefined &&
    state.outages.length === 0 &&
    state.beatDays.length === 0 &&
    eventSecond - state.runLastSecond > 3600
  );
}
