import { type Severity, severities } from '../contract/anomalies.ts';
import type { EventSecond } from '../event-time.ts';
import type {
  BeatIncident,
  DataPlaneIncident,
  GroupBeatIncident,
  GroupIncident,
  OutageIncident,
} from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { dataPlane } from './thresholds.ts';

/**
 * How loudly an outage is told. Some 300 times a day an AS loses all that it announces for 10 minutes or longer
 * (7.6), so the order is by what is lost, and only `critical` wakes anybody.
 *
 *   lost address space   all of the AS       half of it or more   less
 *   /14 or more          warning, critical   warning              warning
 *                        after 10 minutes
 *   /16 or more          warning             warning              notice
 *   /20 or more          notice              notice               info
 *   less                 info, notice        info                 info
 *                        after 60 minutes
 *
 * Before the table:
 *   a blackout after a confirmed beat: critical; after a watched one: warning; of a chronic flapper: notice;
 *   a loss inside a beat, of which nobody can tell whether it is one more flap: info;
 *   one that follows a schedule, until its end is missed: info;
 *   one of several with a common cause, but not the first: info, and the first weighs what all of them lost;
 *   one of all its routes while probes get replies: info.
 * After it: within a day after a confirmed beat, at least notice.
 */
function outageSeverity(incident: OutageIncident, eventSecond: EventSecond): Severity {
  const { precursor, scheduled, leadId } = incident;
  if (leadId !== undefined || precursor?.relation === 'inside') return 'info';
  if (scheduled !== undefined && !scheduled.missedEnd) return 'info';
  // Probes get replies: another route, or one that the collectors do not see.
  if (isDeniedByProbes(incident)) return 'info';
  const byLoss = severityByLoss(incident, eventSecond - incident.startSecond);
  if (precursor?.relation === 'blackout') return louder(blackoutSeverity(incident), byLoss);
  return precursor?.confirmed ? louder('notice', byLoss) : byLoss;
}

const isDeniedByProbes = ({ kind, verdict }: OutageIncident): boolean =>
  kind === 'outageFull' && verdict === 'controlPlaneOnly';

function blackoutSeverity({ kind, precursor }: OutageIncident): Severity {
  if (precursor?.chronic || kind !== 'outageFull') return 'notice';
  return precursor?.confirmed ? 'critical' : 'warning';
}

/** A /32, what a network gets in IPv6, weighs as a /20 in IPv4. */
const slash48sInSlash24 = 4096;
const slash14 = 1024;
const slash16 = 256;
const slash20 = 16;

function severityByLoss(incident: OutageIncident, seconds: number): Severity {
  const blocks = blocksInSlash24(incident) + incident.othersBlocks;
  const isFull = incident.kind === 'outageFull';
  const isHalf = isFull || incident.peakLost * 2 >= incident.expected;
  if (blocks >= slash14) return isFull && seconds >= 600 ? 'critical' : 'warning';
  if (blocks >= slash16) return isHalf ? 'warning' : 'notice';
  if (blocks >= slash20) return isHalf ? 'notice' : 'info';
  return isFull && seconds >= 3600 ? 'notice' : 'info';
}

/** Address space in /24. */
export const blocksInSlash24 = ({ family, lostBlocks }: OutageIncident): number =>
  family === 'ipv4' ? lostBlocks : lostBlocks / slash48sInSlash24;

/** Tells people when the word of the severity table has changed. */
export function setSeverity(incident: OutageIncident, eventSecond: EventSecond, book: IncidentBook): void {
  const severity = outageSeverity(incident, eventSecond);
  if (severity === incident.severity) return;
  incident.severity = severity;
  book.update(incident);
}

/** When, after the start, the table changes its word. */
export const severitySteps: readonly number[] = [600, 3600];

/** Of two origin ASes of the same prefixes, the second one to be told is a step quieter. */
export function beatSeverity(kind: BeatIncident['kind'], isTwin: boolean): Severity {
  if (kind === 'beatConfirmed') return isTwin ? 'notice' : 'warning';
  return kind === 'beatWatch' && !isTwin ? 'notice' : 'info';
}

/** One witness alone wakes nobody: how much of the Internet it is, probes cannot say. */
export function dataPlaneSeverity(
  { rule, insideBeat, startSecond }: DataPlaneIncident,
  eventSecond: EventSecond,
): Severity {
  if (insideBeat) return 'info';
  return rule === 'replies' && eventSecond - startSecond >= dataPlane.louderSeconds ? 'warning' : 'notice';
}

/** One that follows its schedule, or that probes deny. */
export const isToldQuietly = (incident: OutageIncident): boolean =>
  (incident.scheduled !== undefined && !incident.scheduled.missedEnd) || isDeniedByProbes(incident);

/**
 * Somebody wants to know of this group, however small it is: all of it gone wakes people after 10 minutes, half of it is a warning.
 * It is never quieter than one of its members, since it is told in their place.
 */
export function groupSeverity(
  { kind, startSecond, blocks, totalBlocks }: GroupIncident,
  { isQuiet, outages }: { readonly isQuiet: boolean; readonly outages: readonly OutageIncident[] },
  eventSecond: EventSecond,
): Severity {
  if (isQuiet) return 'info';
  const isHalf = blocks * 2 >= totalBlocks;
  const isLong = eventSecond - startSecond >= 600;
  const own = kind === 'outageFull' ? (isLong ? 'critical' : 'warning') : isHalf ? 'warning' : 'notice';
  return outages.reduce<Severity>((loudest, { severity }) => louder(loudest, severity), own);
}

/** As of an AS; told in place of its members' beats, it is never quieter than one of them. */
export const groupBeatSeverity = (
  kind: GroupBeatIncident['kind'],
  beats: readonly BeatIncident[],
): Severity =>
  beats.reduce<Severity>((loudest, { severity }) => louder(loudest, severity), beatSeverity(kind, false));

export const severityRank = (severity: Severity): number => severities.indexOf(severity);
export const louder = (a: Severity, b: Severity): Severity => (severityRank(a) > severityRank(b) ? a : b);
