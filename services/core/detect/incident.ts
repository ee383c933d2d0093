import type {
  CloseReason,
  Evidence,
  Kind,
  Muted,
  Phase,
  Severity,
  Trend,
  Verdict,
} from '../contract/anomalies.ts';
import type { PeerCounts } from '../contract/as-scores.ts';
import type { EventSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import { limits } from './thresholds.ts';

/**
 * An incident while it is open. All of it is plain data (no class, no Map), so that the state of the
 * detector is written as JSON, whose numbers keep all their bits.
 */
export type Incident =
  | OutageIncident
  | BeatIncident
  | ScheduleIncident
  | TransitIncident
  | DataPlaneIncident
  | GroupIncident
  | GroupBeatIncident;

export interface IncidentBase {
  id: string;
  readonly subject: string;
  readonly originAs: number;
  startSecond: EventSecond;
  readonly openedSecond: EventSecond;
  severity: Severity;
  prefixes: string[];
  prefixCount: number;
  linked: string[];
  phases: MutablePhase[];
  evidence: EvidenceFacts;
  /** What routes and probes together say of it; undefined where there are no probes. */
  verdict?: Verdict;
  /** While it wakes nobody. */
  muted?: Muted;
  /** Set when it is over. */
  ended?: { readonly second: EventSecond; readonly reason: CloseReason };
}

/** What Evidence says besides the phases and the trend. */
export type EvidenceFacts = Omit<Evidence, 'phases' | 'trend'>;

export interface MutablePhase {
  kind: Kind;
  startSecond: EventSecond;
  endSecond?: EventSecond;
}

export interface OutageIncident extends IncidentBase {
  readonly type: 'outage';
  kind: 'outageFull' | 'outagePartial';
  readonly family: Family;
  /** By a share of the AS, or by a cluster of many prefixes. */
  rule: 'share' | 'cluster';
  /** Most of its prefixes that were lost at a time; of how many; and of its address space, in /24 or /48. */
  peakLost: number;
  expected: number;
  wholeTable: boolean;
  lostBlocks: number;
  /** Since when it is full without interruption; undefined while it is not. */
  fullSinceSecond: EventSecond | undefined;
  noLongerFullMinutes: number;
  lostNow: number;
  /** Of those, the prefixes that too many peers have again to go now; since when all are; whether people were told so. */
  partlyBack: number;
  partlyBackSecond: EventSecond | undefined;
  toldPartlyBack: boolean;
  /** The peers that lacked it when the most did. */
  mostPeers?: PeerCounts;
  /** Minutes in which it was back, and which did not last. */
  backMinutes: number;
  lostChangedSecond: EventSecond;
  settled: boolean;
  comeBack: ComeBack | undefined;
  /** The beat in which, or within a day after which, it happened. */
  precursor?: Precursor;
  /** The schedule that it follows, until when it may last, and whether it did last longer. */
  scheduled?: { readonly id: string; readonly untilSecond: EventSecond; missedEnd: boolean };
  /** The first of several outages with a common cause, if it is not this one. */
  leadId?: string;
  /** Of the first one: what the others lost, in /24. */
  othersBlocks: number;
  /** The AS that some of its prefixes moved to. */
  movedToAs?: number;
}

/** A return that is not yet sure: when, for how many minutes in a row, or in all, or for how many it was out again. */
export interface ComeBack {
  readonly second: EventSecond;
  wellMinutes: number;
  backMinutes: number;
  outMinutes: number;
}

export interface Precursor {
  readonly id: string;
  readonly relation: 'inside' | 'blackout' | 'aftermath';
  readonly confirmed: boolean;
  readonly chronic: boolean;
  readonly onsetSecond: EventSecond;
}

export interface BeatIncident extends IncidentBase {
  readonly type: 'beat';
  kind: 'burst' | 'beatWatch' | 'beatConfirmed' | 'chronic';
  /** Beat events, active hours and upstream as last known. */
  events: number;
  lastEventSecond: EventSecond;
  metronomic: boolean;
  trend: Trend;
  nextTrend: Trend;
  nextTrendSinceSecond: EventSecond;
  trendToldSecond: EventSecond;
  /** Of a chronic one: whether the beat is on, and when it last was. */
  on: boolean;
  onSecond: EventSecond;
  /** Prefixes of the AS that peers have named by now. */
  heard: number;
  /** The beat of another origin AS of the same prefixes, told before. */
  twin: { readonly id: string; readonly originAs: number } | undefined;
}

export interface ScheduleIncident extends IncidentBase {
  readonly type: 'schedule';
  kind: 'sched';
  /** Second of the day at which its outages start, and how long they last; on how many days; the last one. */
  timeOfDay: number;
  durationSeconds: number;
  /** Most prefixes that were lost at a time, and of how many, by family. */
  readonly lost: Record<Family, number>;
  readonly expected: Record<Family, number>;
  days: number;
  lastStartSecond: EventSecond;
  lastEndSecond: EventSecond;
  missedEnd: boolean;
}

export interface TransitIncident extends IncidentBase {
  readonly type: 'transit';
  kind: 'leakChurn';
  readonly transitAs: number;
  lastSecond: EventSecond;
  peakPrefixes: number;
  peakOrigins: number;
}

/** An AS that probes do not reach. */
export interface DataPlaneIncident extends IncidentBase {
  readonly type: 'dataPlane';
  kind: 'dataPlane';
  /** Nothing replies; or many of the Atlas probes in it lost their connection. */
  readonly rule: 'replies' | 'connections';
  /** Peers have routes to it. */
  readonly hasRoutes: boolean;
  readonly insideBeat: boolean;
  readonly targets: number;
  /** Most Atlas probes that were away at a time, and how many were known. */
  disconnected: number;
  readonly known: number;
}

/** What the members of a group lost together. */
export interface GroupIncident extends IncidentBase {
  readonly type: 'group';
  kind: 'outageFull' | 'outagePartial';
  readonly family: Family;
  readonly title: string;
  /** Address space in /24 or /48: gone now, at most, and of how much. */
  blocks: number;
  peakBlocks: number;
  readonly totalBlocks: number;
  /** Prefixes that are gone now. */
  lostNow: number;
}

/** The beat that most of a group has at a time. */
export interface GroupBeatIncident extends IncidentBase {
  readonly type: 'groupBeat';
  kind: 'beatWatch' | 'beatConfirmed' | 'chronic';
  readonly title: string;
  /** How much of the group beat at most, in [0, 1]. */
  peakShare: number;
  /** When more than a quarter of it flapped last. */
  lastEventSecond: EventSecond;
}

/** True if the link is new. Of too many links the oldest go. */
export function link(incident: Incident, id: string): boolean {
  if (incident.linked.includes(id)) return false;
  incident.linked.push(id);
  if (incident.linked.length > limits.linksKept) incident.linked.shift();
  return true;
}

/** True if peers have all its prefixes again, and yet too few for a return. */
export const isPartlyBack = ({ partlyBack, lostNow }: OutageIncident): boolean =>
  partlyBack > 0 && partlyBack >= lostNow;

/** Keeps the phases in order of their start; of too many, the oldest go. */
export function addPhase(incident: Incident, phase: MutablePhase): void {
  incident.phases.push(phase);
  incident.phases.sort((a, b) => a.startSecond - b.startSecond);
  if (incident.phases.length > limits.phasesKept) incident.phases.shift();
}

/** Ends the phase that lasts and begins another one. */
export function changePhase(incident: Incident, kind: Kind, second: EventSecond): void {
  for (const phase of incident.phases) if (phase.endSecond === undefined) phase.endSecond = second;
  addPhase(incident, { kind, startSecond: second });
}

export const phasesOf = (incident: Incident): Phase[] =>
  incident.phases.map(({ kind, startSecond, endSecond }) => ({
    kind,
    startSecond,
    ...(endSecond === undefined ? {} : { endSecond }),
  }));
