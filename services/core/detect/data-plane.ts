import type { CloseReason } from '../contract/anomalies.ts';
import type { AsReach } from '../contract/as-reach.ts';
import { type EventMinute, type EventSecond, minuteOf } from '../event-time.ts';
import { families } from '../prefix.ts';
import { declareAt } from '../probe/log-odds.ts';
import { type AsState, type Minute, nextId } from './as-state.ts';
import { noPeers } from './evidence.ts';
import type { DataPlaneIncident, EvidenceFacts, OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { beatInForce } from './precursor.ts';
import { dataPlaneSeverity } from './severity.ts';
import { dataPlane, standing } from './thresholds.ts';

/**
 * Decides whether an AS is out by its probes alone: its routes are there (or nothing is known of them), and nothing replies. Where its
 * routes go too, the outage of the routes is the incident, and this one becomes a phase of it. Returns when to look again.
 */
export function decideDataPlane(state: AsState, now: Minute, book: IncidentBook): EventMinute {
  const { reach } = state;
  if (reach === undefined) return Number.POSITIVE_INFINITY;
  const incident = book.get(state.dataPlaneId) as DataPlaneIncident | undefined;
  if (incident === undefined) return begin(state, reach, now, book);
  follow(state, incident, reach, now, book);
  return incident.ended === undefined ? nextMinute(incident, reach, now) : now.minute + 1;
}

function begin(state: AsState, reach: AsReach, now: Minute, book: IncidentBook): EventMinute {
  if (reach.disconnectedProbes > 0 && state.dataPlaneAlarmSecond !== reach.disconnectedSecond) {
    state.dataPlaneAlarmSecond = reach.disconnectedSecond;
    open(state, 'connections', reach.disconnectedSecond, reach, now, book);
    return now.minute + 1;
  }
  if (reach.state !== 'down') return Number.POSITIVE_INFINITY;
  if (fullOutageOf(state, book) !== undefined) return now.minute + 1;
  // What is still out of reach when the routes are back is out of reach since then.
  const since = Math.max(reach.sinceSecond, ...state.outages.map(({ endSecond }) => endSecond));
  const due = since + dataPlane.openSeconds;
  if (now.eventSecond < due) return minuteOf(due + 59) - 1;
  if (now.eventSecond - since >= standing.expiredSeconds) return Number.POSITIVE_INFINITY;
  open(state, 'replies', since, reach, now, book);
  return now.minute + 1;
}

function fullOutageOf(state: AsState, book: IncidentBook): OutageIncident | undefined {
  return families
    .flatMap((family) => state[family].outageIds)
    .map((id) => book.get(id) as OutageIncident)
    .find(({ kind, ended }) => kind === 'outageFull' && ended === undefined);
}

function open(
  state: AsState,
  rule: DataPlaneIncident['rule'],
  startSecond: EventSecond,
  reach: AsReach,
  now: Minute,
  book: IncidentBook,
): void {
  const beat = beatInForce(state, book);
  const id = nextId(state, 'data-plane', startSecond, book);
  const incident: DataPlaneIncident = {
    type: 'dataPlane',
    kind: 'dataPlane',
    id,
    rule,
    subject: `as:${state.originAs}`,
    originAs: state.originAs,
    startSecond,
    openedSecond: now.eventSecond,
    severity: 'info',
    prefixes: [],
    prefixCount: 0,
    linked: [],
    phases: [{ kind: 'dataPlane', startSecond }],
    evidence: evidenceOf(state, rule, reach),
    hasRoutes: families.some((family) => (state[family].visibility?.visible ?? 0) > 0),
    insideBeat: beat !== undefined,
    targets: reach.targets,
    disconnected: reach.disconnectedProbes,
    known: reach.knownProbes,
  };
  incident.severity = dataPlaneSeverity(incident, now.eventSecond);
  state.dataPlaneId = id;
  book.open(incident);
  if (beat !== undefined) book.join(beat, incident);
}

function evidenceOf(state: AsState, rule: DataPlaneIncident['rule'], reach: AsReach): EvidenceFacts {
  const { ipv4, ipv6 } = state;
  const measures =
    rule === 'replies'
      ? [
          { name: 'log-odds of down by probes', value: reach.logOdds, threshold: declareAt },
          { name: 'targets that reply', value: reach.replying, threshold: 0 },
        ]
      : [{ name: 'Atlas probes disconnected', value: reach.disconnectedProbes, threshold: dataPlane.probes }];
  return {
    ...noPeers,
    rule: rule === 'replies' ? repliesRule : connectionsRule,
    measures,
    sampleUpdates: [],
    upstreamAs: 0,
    viaAses: [],
    members: [],
    expectedPrefixes: (ipv4.visibility?.expected ?? 0) + (ipv6.visibility?.expected ?? 0),
    expectedBasis: '',
  };
}

const repliesRule = `log-odds of down by probes >= ${declareAt} for ${dataPlane.openSeconds / 60} minutes, while routes are there`;
const connectionsRule = `at least ${dataPlane.probes} Atlas probes in the AS disconnected within 5 minutes, for 8 minutes`;

function follow(
  state: AsState,
  incident: DataPlaneIncident,
  reach: AsReach,
  now: Minute,
  book: IncidentBook,
): void {
  const close = (second: EventSecond, reason: CloseReason): void => {
    book.close(incident, second, reason);
    state.dataPlaneId = undefined;
  };
  const outage = fullOutageOf(state, book);
  if (outage !== undefined && incident.rule === 'replies') {
    book.join(incident, outage);
    close(outage.startSecond, 'merged');
    return;
  }
  if (now.eventSecond - incident.startSecond >= standing.expiredSeconds) {
    close(now.eventSecond, 'expired');
    return;
  }
  if (incident.rule === 'connections') {
    incident.disconnected = Math.max(incident.disconnected, reach.disconnectedProbes);
    if (reach.disconnectedProbes === 0) close(now.eventSecond, 'recovered');
  } else if (reach.state === 'absent') close(now.eventSecond, 'retracted');
  else if (reach.state === 'up' && now.eventSecond - reach.sinceSecond >= dataPlane.endSeconds)
    close(Math.max(reach.sinceSecond, incident.startSecond), 'recovered');
  if (incident.ended !== undefined) return;
  const severity = dataPlaneSeverity(incident, now.eventSecond);
  if (severity === incident.severity) return;
  incident.severity = severity;
  book.update(incident);
}

function nextMinute(incident: DataPlaneIncident, reach: AsReach, now: Minute): EventMinute {
  if (reach.state === 'up' && incident.rule === 'replies') return now.minute + 1;
  const louder = incident.startSecond + dataPlane.louderSeconds;
  const due = now.eventSecond < louder ? louder : incident.startSecond + standing.expiredSeconds;
  return minuteOf(due + 59) - 1;
}
