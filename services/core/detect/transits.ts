import type { TransitScore } from '../contract/as-scores.ts';
import { firstSecondOf } from '../event-time.ts';
import type { Minute } from './as-state.ts';
import { noPeers } from './evidence.ts';
import type { TransitIncident } from './incident.ts';
import { type IncidentBook, incidentId } from './incident-book.ts';
import { leakChurn, limits } from './thresholds.ts';

/** Path changes of many origins through one AS are one incident of that AS. A storm without such an AS is none. */
export function decideTransits(scores: readonly TransitScore[], now: Minute, book: IncidentBook): void {
  const open = new Map<number, TransitIncident>();
  for (const incident of book.incidents()) {
    if (incident.type === 'transit') open.set(incident.transitAs, incident);
  }
  for (const score of scores) {
    if (score.transitAs === 0) continue;
    const incident = open.get(score.transitAs);
    if (incident === undefined) begin(score, now, book);
    else follow(incident, score, now);
  }
  for (const incident of open.values()) {
    if (now.eventSecond - incident.lastSecond >= leakChurn.quietSeconds)
      book.close(incident, incident.lastSecond, 'recovered');
  }
}

function begin(score: TransitScore, now: Minute, book: IncidentBook): void {
  const { transitAs, prefixes, origins } = score;
  const startSecond = firstSecondOf(now.minute);
  const id = incidentId(`transit${transitAs}-leak`, startSecond, (taken) => book.isOpen(taken));
  book.open({
    type: 'transit',
    kind: 'leakChurn',
    id,
    subject: `transit:${transitAs}`,
    originAs: 0,
    startSecond,
    openedSecond: now.eventSecond,
    severity: 'notice',
    prefixes: score.samplePrefixes.slice(0, limits.prefixesSent),
    prefixCount: prefixes,
    linked: [],
    phases: [{ kind: 'leakChurn', startSecond }],
    evidence: {
      ...noPeers,
      rule: 'paths of at least max(50, median + 8 MAD) origin ASes changed in one minute, at least 70 % of the routes through one AS',
      measures: [{ name: 'origin ASes in the minute', value: origins, threshold: score.thresholdOrigins }],
      sampleUpdates: [],
      upstreamAs: 0,
      viaAses: [transitAs],
      members: [],
      expectedPrefixes: 0,
      expectedBasis: '',
    },
    transitAs,
    lastSecond: now.eventSecond,
    peakPrefixes: prefixes,
    peakOrigins: origins,
  });
}

function follow(incident: TransitIncident, score: TransitScore, now: Minute): void {
  incident.lastSecond = now.eventSecond;
  incident.peakPrefixes = Math.max(incident.peakPrefixes, score.prefixes);
  incident.peakOrigins = Math.max(incident.peakOrigins, score.origins);
  incident.prefixCount = incident.peakPrefixes;
}
