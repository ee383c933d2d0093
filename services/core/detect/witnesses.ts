import type { Verdict, Witnesses } from '../contract/anomalies.ts';
import type { AsReach } from '../contract/as-reach.ts';
import { wavering } from '../probe/log-odds.ts';
import type { AsState, Minute } from './as-state.ts';
import type { BeatIncident, Incident, OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { setSeverity } from './severity.ts';
import { dataPlane } from './thresholds.ts';

/**
 * What routes and probes, the two witnesses, say of the open incidents of an AS (detection.md 4.4). Nothing is said of an AS
 * that was never probed. People are told when the verdict changes.
 */
export function noteWitnesses(state: AsState, now: Minute, book: IncidentBook): void {
  const { reach } = state;
  if (reach === undefined) return;
  for (const id of [...state.ipv4.outageIds, ...state.ipv6.outageIds, state.beatId, state.dataPlaneId]) {
    const incident = book.get(id);
    if (incident === undefined || incident.ended !== undefined) continue;
    const before = incident.verdict;
    if (isUndecided(incident, reach, now)) continue;
    const witnesses = witnessesOf(incident, state, reach);
    incident.verdict = witnesses.verdict;
    incident.evidence = { ...incident.evidence, witnesses };
    if (before === witnesses.verdict) continue;
    if (before !== undefined) book.update(incident);
    if (incident.type === 'outage') setSeverity(incident, now.eventSecond, book);
  }
}

/**
 * While probes waver nothing is said; one witness sees a return before the other: what both said holds until they differ for longer; and what
 * probes alone say they say until it is over.
 */
function isUndecided(
  { type, verdict }: Incident,
  { state, sinceSecond, logOdds }: AsReach,
  now: Minute,
): boolean {
  if (type === 'beat' || state !== 'up') return false;
  if (type === 'dataPlane' || logOdds > wavering) return true;
  return verdict === 'confirmed' && now.eventSecond - sinceSecond < dataPlane.contradictionSeconds;
}

function witnessesOf(incident: Incident, state: AsState, reach: AsReach): Witnesses {
  const { logOdds, targets, replying, probers, sinceSecond } = reach;
  return {
    verdict: verdictOf(incident, state, reach),
    probeLogOdds: logOdds,
    targets,
    replying,
    probers,
    ...(reach.state === 'absent' ? {} : { sinceSecond }),
  };
}

function verdictOf(incident: Incident, state: AsState, reach: AsReach): Verdict {
  switch (incident.type) {
    case 'beat':
      return verdictOfBeat(incident, state, reach);
    case 'outage':
      return verdictOfOutage(incident, reach);
    default:
      return 'dataPlaneOnly';
  }
}

function verdictOfOutage({ kind }: OutageIncident, { state, targets, replying }: AsReach): Verdict {
  if (state === 'absent') return 'probesAbsent';
  if (state === 'down') return 'confirmed';
  // Where a part of the AS is out, a part of its hosts is what a probe misses.
  return kind === 'outagePartial' && replying < targets ? 'confirmed' : 'controlPlaneOnly';
}

/** What probes saw of a beat once stays true. */
function verdictOfBeat({ prefixCount, verdict }: BeatIncident, state: AsState, reach: AsReach): Verdict {
  if (verdict === 'confirmed') return verdict;
  if (state.score?.beat.byProbes) return prefixCount > 0 ? 'confirmed' : 'dataPlaneOnly';
  return reach.state === 'absent' ? 'probesAbsent' : 'controlPlaneOnly';
}
