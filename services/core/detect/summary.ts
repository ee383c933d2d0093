import type { Transition } from '../contract/anomalies.ts';
import type { EventSecond } from '../event-time.ts';
import { groupBeatSentence, groupSentence } from './group-summary.ts';
import {
  type BeatIncident,
  type DataPlaneIncident,
  type Incident,
  isPartlyBack,
  type OutageIncident,
  type ScheduleIncident,
  type TransitIncident,
} from './incident.ts';
import { beatNouns, behind, duration, plural, time } from './summary-text.ts';
import { standing } from './thresholds.ts';

/** One sentence for people: facts only, never a cause or an actor. */
export function summarize(incident: Incident, transition: Transition, eventSecond: EventSecond): string {
  const said = sentence(incident, transition, eventSecond);
  const { muted } = incident;
  if (muted === undefined) return said;
  return `${said}, muted until ${time(muted.untilSecond)}: ${muted.reason}`;
}

function sentence(incident: Incident, transition: Transition, eventSecond: EventSecond): string {
  const isClosed = transition === 'closed';
  switch (incident.type) {
    case 'outage':
      return isClosed ? closedOutage(incident) : openOutage(incident, eventSecond);
    case 'beat':
      return beatSentence(incident, isClosed);
    case 'schedule':
      return scheduleSentence(incident, isClosed);
    case 'transit':
      return transitSentence(incident, isClosed);
    case 'dataPlane':
      return dataPlaneSentence(incident, isClosed, eventSecond);
    case 'group':
      return groupSentence(incident, isClosed, eventSecond);
    case 'groupBeat':
      return groupBeatSentence(incident, isClosed);
  }
}

function openOutage(incident: OutageIncident, eventSecond: EventSecond): string {
  const since = sinceOf(incident);
  const lasts = eventSecond - since >= 3600;
  const partly = isPartlyBack(incident) ? ' and only partly back' : '';
  return [
    `AS${incident.originAs}: ${networks(incident, incident.lostNow)} gone since ${time(since)}${partly}`,
    ...earlierPhase(incident),
    ...(lasts ? [`for ${outTime(incident, since, eventSecond)} now`] : []),
    ...behind(incident.evidence.upstreamAs),
    ...peers(incident),
    ...together(incident),
    ...byProbes(incident),
    ...context(incident),
  ].join(', ');
}

function closedOutage(incident: OutageIncident): string {
  const { second, reason } = incident.ended!;
  const subject = `AS${incident.originAs}`;
  const lost = networks(incident, incident.peakLost);
  const span = `from ${time(incident.startSecond)} to ${time(second)}`;
  if (reason === 'expired') {
    const days = standing.expiredSeconds / 86_400;
    return `${subject}: ${lost} gone for ${days} days, since ${time(incident.startSecond)}: taken off the table`;
  }
  if (reason === 'retracted')
    return `${subject}: ${incident.peakLost} of the ${incident.expected} networks known by now gone since ${time(incident.startSecond)}, too few of them to be an outage: retracted`;
  const role = reason === 'merged' ? ['a phase of its beat'] : [];
  return [
    `${subject}${incident.movedToAs === undefined ? ' is back' : ''}: ${lost} ${incident.peakLost === 1 ? 'was' : 'were'} gone for ${outTime(incident, incident.startSecond, second)}, ${span}`,
    ...fullTime(incident, second),
    ...behind(incident.evidence.upstreamAs),
    ...(incident.movedToAs === undefined ? [] : [`now announced by AS${incident.movedToAs}`]),
    ...role,
    ...byProbes(incident),
    ...(reason === 'merged' ? [] : context(incident)),
  ].join(', ');
}

/** "all 4 networks", "all 11 networks seen so far", "59 of 388 networks". */
function networks({ family, expected, wholeTable }: OutageIncident, lost: number): string {
  const noun = family === 'ipv4' ? 'network' : 'IPv6 network';
  const known = wholeTable ? '' : ' seen so far';
  if (lost < expected) return `${lost} of ${plural(expected, noun)}${known}`;
  if (expected === 1) return `its only ${noun}${known}`;
  return expected === 2 ? `both ${noun}s${known}` : `all ${expected} ${noun}s${known}`;
}

/** How many peers lack it; of several networks, the one that the fewest lack. */
function peers(incident: OutageIncident): string[] {
  const { peersFor, livePeers } = incident.evidence;
  const { lostNow, partlyBack } = incident;
  if (livePeers === 0) return [];
  const least = lostNow > 1 && peersFor < livePeers ? 'at least ' : '';
  const some = partlyBack > 0 && !isPartlyBack(incident) ? [`${partlyBack} of them only partly back`] : [];
  return [...some, `lost by ${least}${peersFor} of ${livePeers} peers`];
}

/** When what is said of it began: of a full outage that was a partial one before, when it became full. */
function sinceOf({ kind, startSecond, phases }: OutageIncident): EventSecond {
  const last = phases.at(-1);
  return kind === 'outageFull' && last?.kind === kind ? last.startSecond : startSecond;
}

/** The other kind that it was before. */
function earlierPhase(incident: OutageIncident): string[] {
  const { kind, startSecond, phases } = incident;
  if (kind === 'outageFull')
    return time(sinceOf(incident)) === time(startSecond) ? [] : [`in part since ${time(startSecond)}`];
  const full = phases.findLast((phase) => phase.kind === 'outageFull');
  return full?.endSecond === undefined ? [] : [`in full until ${time(full.endSecond)}`];
}

/** How much of its time it was full, if not all of it. */
function fullTime({ phases, startSecond }: OutageIncident, endSecond: EventSecond): string[] {
  const seconds = phases
    .filter(({ kind }) => kind === 'outageFull')
    .reduce((sum, phase) => sum + (phase.endSecond ?? endSecond) - phase.startSecond, 0);
  const isPart = seconds > 0 && endSecond - startSecond - seconds >= 60;
  return isPart ? [`in full for ${duration(seconds)}`] : [];
}

/** "13 min", or "5 min of 13 min" where it was back for a time that did not last. */
function outTime(
  { startSecond, backMinutes }: OutageIncident,
  since: EventSecond,
  endSecond: EventSecond,
): string {
  const seconds = endSecond - since;
  if (backMinutes === 0 || since > startSecond) return duration(seconds);
  return `${duration(Math.max(0, seconds - backMinutes * 60))} of ${duration(seconds)}`;
}

/** What probes say of it, where there are any. */
function byProbes({ type, verdict, evidence: { witnesses } }: Incident): string[] {
  if (verdict === undefined || witnesses === undefined) return [];
  const { replying, targets } = witnesses;
  // Of a beat, now says nothing.
  const replies = type === 'beat' ? '' : ` (${replying} of ${plural(targets, 'host')} reply)`;
  switch (verdict) {
    case 'confirmed':
      return [`confirmed by probes${replies}`];
    case 'controlPlaneOnly':
      return type === 'beat' ? ['not seen by probes'] : [`but probes reach it${replies}`];
    case 'probesAbsent':
      return ['not probed now'];
    case 'dataPlaneOnly':
      return ['by probes alone'];
  }
}

function together({ leadId, evidence: { members, viaAses } }: OutageIncident): string[] {
  if (leadId !== undefined) return [`together with others through AS${viaAses[0] ?? 0}`];
  return members.length > 1 ? [`with ${members.length - 1} more ASes through AS${viaAses[0] ?? 0}`] : [];
}

function context({ precursor, scheduled, startSecond }: OutageIncident): string[] {
  const lead = precursor === undefined ? '' : duration(startSecond - precursor.onsetSecond);
  const sort = precursor?.chronic
    ? 'chronic flapping'
    : precursor?.confirmed
      ? 'steady beat'
      : 'possible beat';
  return [
    ...(precursor?.relation === 'inside' ? [`inside a ${sort}: one more flap, or the blackout`] : []),
    ...(precursor?.relation === 'blackout' ? [`${lead} after a ${sort} began`] : []),
    ...(precursor?.relation === 'aftermath' ? [`within a day after a ${sort}`] : []),
    ...(scheduled === undefined
      ? []
      : [scheduled.missedEnd ? 'past the end of its schedule' : 'as on days before']),
  ];
}

function beatSentence(incident: BeatIncident, isClosed: boolean): string {
  const { kind, startSecond, lastEventSecond, events, metronomic, trend, twin } = incident;
  const same = twin === undefined ? [] : [`the same as of AS${twin.originAs}`];
  const noun = `${metronomic ? 'metronomic ' : ''}${beatNouns[kind]}`;
  const told = losses(incident);
  const what = `${share(incident)} came and went`;
  if (isClosed)
    return [
      `AS${incident.originAs}: ${noun} over after ${duration(lastEventSecond - startSecond)}`,
      `from ${time(startSecond)} to ${time(lastEventSecond)}`,
      ...same,
      ...told,
      ...byProbes(incident),
      ...behind(incident.evidence.upstreamAs),
    ].join(', ');
  const window = kind === 'burst' ? '30 minutes' : '6 hours';
  return [
    `AS${incident.originAs}: ${noun} since ${time(startSecond)}`,
    `${what}, ${plural(events, 'event')} in the last ${window}`,
    ...same,
    ...told,
    ...byProbes(incident),
    ...(trend === 'steady' ? [] : [trend]),
    ...behind(incident.evidence.upstreamAs),
  ].join(', ');
}

/** "4 networks", or, where more of the AS were seen, "1 of 15 networks seen so far". */
const share = ({ prefixCount, heard, verdict }: BeatIncident): string =>
  verdict === 'dataPlaneOnly'
    ? 'all hosts that are probed'
    : heard > prefixCount
      ? `${prefixCount} of ${heard} networks seen so far`
      : plural(prefixCount, 'network');

/** The losses that were long enough to be told. */
function losses({ phases }: BeatIncident): string[] {
  const seconds = phases
    .filter((phase) => phase.kind.startsWith('outage') && phase.endSecond !== undefined)
    .map((phase) => phase.endSecond! - phase.startSecond);
  if (seconds.length === 0) return [];
  return [`${plural(seconds.length, 'loss', 'losses')} of up to ${duration(Math.max(...seconds))}`];
}

function scheduleSentence(incident: ScheduleIncident, isClosed: boolean): string {
  const { originAs, timeOfDay, durationSeconds, days, lastStartSecond } = incident;
  const at = `about ${time(timeOfDay).slice(-9)}`;
  const found = `AS${originAs}: outages on ${days} days, each from ${at} for about ${duration(durationSeconds)}`;
  if (isClosed) return `${found}, none since ${time(incident.lastEndSecond || lastStartSecond)}`;
  if (incident.missedEnd)
    return `${found}, and the one of ${time(lastStartSecond)} has not ended when expected`;
  const next = (Math.floor((lastStartSecond + 43_200 - timeOfDay) / 86_400) + 1) * 86_400 + timeOfDay;
  return `${found}, next expected from ${time(next)} to ${time(next + durationSeconds)}`;
}

function transitSentence(incident: TransitIncident, isClosed: boolean): string {
  const what = `up to ${plural(incident.peakPrefixes, 'network')} of ${plural(incident.peakOrigins, 'AS', 'ASes')} a minute changed their path through AS${incident.transitAs}`;
  return isClosed
    ? `${what}, from ${time(incident.startSecond)} to ${time(incident.lastSecond)}`
    : `${what}, since ${time(incident.startSecond)}`;
}

function dataPlaneSentence(incident: DataPlaneIncident, isClosed: boolean, eventSecond: EventSecond): string {
  const { originAs, rule, startSecond, ended, targets, disconnected, known, hasRoutes, evidence } = incident;
  const end = isClosed ? ended!.second : eventSecond;
  const span = isClosed
    ? `for ${duration(end - startSecond)}, from ${time(startSecond)} to ${time(end)}`
    : `since ${time(startSecond)}`;
  const what =
    rule === 'connections'
      ? `${disconnected} of ${known} Atlas probes in it ${isClosed ? 'were' : 'are'} disconnected ${span}`
      : `none of ${plural(targets, 'host')} ${isClosed ? 'replied' : 'replies'} to probes ${span}`;
  const probers = evidence.witnesses?.probers ?? 0;
  return [
    `AS${originAs}: ${what}`,
    ...(rule === 'replies' && probers > 0 ? [`by ${plural(probers, 'prober')}`] : []),
    ...(hasRoutes ? ['while its routes are there'] : []),
    ...(ended?.reason === 'merged' ? ['then its routes went too'] : []),
    ...(ended?.reason === 'retracted' ? ['then it was no longer probed: retracted'] : []),
  ].join(', ');
}
