import type { Anomaly, Evidence, Verdict as WitnessVerdict } from '#core/contract/anomalies.ts';
import { isDecision } from '#core/detect/decision.ts';
import { isOutage, samplePeersSecond } from '#core/detect/sample-peers.ts';
import type { EventSecond } from '#core/event-time.ts';
import { durationText, IncidentLines, kindNames, severityTones, timeText } from '../report/incident-line.ts';
import type { Paint } from '../report/terminal.ts';

/** All that was told of an incident, in words: `transitions` are its changes in order. */
export function evidenceLines(transitions: readonly Anomaly[], paint: Paint): string[] {
  const latest = transitions.at(-1)!;
  return [
    ...headLines(latest, paint),
    ...section('How it was told', toldLines(transitions, paint), paint),
    ...section('Why it was told', ruleLines(transitions), paint),
    ...section('Who saw it', peerLines(transitions), paint),
    ...section('What probes say', probeLines(latest.evidence), paint),
    ...section('Networks', networkLines(latest), paint),
    ...section('Changes of the networks, some of them', latest.evidence.sampleUpdates, paint),
    ...section('Linked incidents', latest.linkedIncidentIds, paint),
  ];
}

function headLines(latest: Anomaly, paint: Paint): string[] {
  const { incidentId, kind, severity, summary, startSecond, endSecond, closeReason } = latest;
  const state = latest.transition === 'closed' ? `closed, ${closeReason}` : 'open';
  const end =
    endSecond === undefined
      ? `goes on, as of ${timeText(latest.eventSecond)}`
      : `until ${timeText(endSecond)}, ${durationText(latest.durationSeconds)}`;
  return [
    `${paint('bold', incidentId)}  ${paint(severityTones[severity], `${kindNames[kind]}, ${severity}`)}, ${state}`,
    summary,
    `From ${timeText(startSecond)}, ${end} (UTC)`,
  ];
}

function toldLines(transitions: readonly Anomaly[], paint: Paint): string[] {
  const lines = new IncidentLines(paint);
  return transitions.map((anomaly) => lines.line(anomaly)).filter((line) => line !== undefined);
}

function ruleLines(transitions: readonly Anomaly[]): string[] {
  const latest = transitions.at(-1)!;
  const { phases, upstreamAs, viaAses, members } = latest.evidence;
  const decision = transitions.findLast((anomaly, i) => isDecision(transitions[i - 1], anomaly))!;
  const { rule, measures } = decision.evidence;
  return [
    `The rule: ${rule}`,
    `Met at ${timeText(decision.eventSecond)}:`,
    ...measures.map(({ name, value, threshold }) => {
      const limit = threshold === 0 ? '' : `, threshold ${figure(threshold)}`;
      return `  ${name}: ${figure(value)}${limit}`;
    }),
    ...(upstreamAs > 0 ? [`All lost paths were behind AS${upstreamAs} alone`] : []),
    ...(viaAses.length > 0 ? [`On the lost or changed paths: ${asesText(viaAses)}`] : []),
    ...(members.length > 0 ? [`Together with: ${members.join(', ')}`] : []),
    ...(phases.length > 1 ? [`${phases.length} phases:`, ...phaseLines({ phases })] : []),
  ];
}

const phasesShown = 12;

function phaseLines({ phases }: Pick<Evidence, 'phases'>): string[] {
  const shown = phases.slice(-phasesShown).map(({ kind, startSecond, endSecond }) => {
    const end =
      endSecond === undefined
        ? 'and on'
        : `to ${timeText(endSecond)}, ${durationText(endSecond - startSecond)}`;
    return `  ${kindNames[kind].padEnd(14)} ${timeText(startSecond)} ${end}`;
  });
  const left = phases.length - shown.length;
  return left > 0 ? [`  ${left} earlier ones`, ...shown] : shown;
}

function peerLines(transitions: readonly Anomaly[]): string[] {
  const latest = transitions.at(-1)!;
  const { peersFor, livePeers, peerAsesFor, livePeerAses, samplePeersFor, samplePeersAgainst } =
    latest.evidence;
  if (livePeers === 0) return ['No counts of peers were told'];
  const said = countWords(latest, peersFor, livePeers - peersFor);
  const counts = `${peersFor} of ${livePeers} full-feed peers ${said}; of ${livePeerAses} peer ASes ${peerAsesFor}`;
  const isPast = isOutage(latest) && latest.transition === 'closed';
  if (latest.kind === 'leakChurn')
    return [
      counts,
      ...samples('Some that changed their paths', samplePeersFor),
      ...samples('Some that did not', samplePeersAgainst),
    ];
  const when = momentOfSamples(latest, transitions[0]!.eventSecond);
  return [
    counts,
    ...(isPast ? ['Counted since it was opened, of the network that the fewest lacked'] : []),
    ...samples(`Some that lacked it ${when}`, samplePeersFor),
    ...samples(`Some that still had it ${when}`, samplePeersAgainst),
  ];
}

/** Of an outage that is over the counts are as of when the most lacked it, once it was opened: at the loss itself more may have. */
function countWords(latest: Anomaly, peersFor: number, against: number): string {
  if (latest.kind === 'leakChurn') return `changed their paths, ${against} did not`;
  if (!isOutage(latest)) return `lacked it at the last loss, ${against} still had it`;
  if (latest.transition === 'closed') return `lacked it at most, ${against} still had it`;
  return `${peersFor === 1 ? 'lacks' : 'lack'} it, ${against} still ${against === 1 ? 'has' : 'have'} it`;
}

/** Of an outage the counts are as of its last change, and the samples as of the loss that opened it. */
function momentOfSamples(latest: Anomaly, openedSecond: EventSecond): string {
  const second = samplePeersSecond(latest, openedSecond);
  const when = isOutage(latest) ? 'when the networks went' : 'at the last loss';
  return second === undefined ? when : `${when} (${timeText(second)})`;
}

const samples = (title: string, peers: readonly string[]): string[] =>
  peers.length === 0 ? [] : [`${title}:`, ...peers.map((peer) => `  ${peer}`)];

const witnessWords: Readonly<Record<WitnessVerdict, string>> = {
  confirmed: 'confirmed: no route, and no reply',
  dataPlaneOnly: 'data plane only: routes are there, replies are not',
  controlPlaneOnly: 'control plane only: no route to be seen, and replies',
  probesAbsent: 'it is not probed: routes alone say it',
};

function probeLines({ witnesses }: Evidence): string[] {
  if (witnesses === undefined) return [];
  const { verdict, probeLogOdds, targets, replying, probers, sinceSecond } = witnesses;
  const since = sinceSecond === undefined ? '' : `, since ${timeText(sinceSecond)}`;
  return [
    `${witnessWords[verdict]}${since}`,
    `${replying} of ${targets} targets reply to ${probers} probers; ln(P(down) / P(up)) is ${figure(probeLogOdds)}`,
  ];
}

function networkLines({ prefixes, prefixCount, evidence }: Anomaly): string[] {
  const { expectedPrefixes, expectedBasis } = evidence;
  const expected = expectedPrefixes === 0 ? '' : ` of ${expectedPrefixes} ${expectedBasis}`;
  const rest = prefixCount - prefixes.length;
  return [`${prefixCount}${expected}: ${prefixes.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];
}

const asesText = (ases: readonly number[]): string => ases.map((asn) => `AS${asn}`).join(', ');

const figure = (value: number): string =>
  Number.isInteger(value) || !Number.isFinite(value) ? String(value) : value.toFixed(2);
