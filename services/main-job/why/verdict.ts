import { isDeepStrictEqual } from 'node:util';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { formatSecond } from '#core/event-time.ts';
import { kindNames, timeText } from '../report/incident-line.ts';

/** What came of the stored updates, beside what had been told. */
export type Verdict =
  /** Every change of the incident, with all its evidence. */
  | { readonly case: 'identical'; readonly transitions: number }
  /** Kind, onset, end and how it was closed; the evidence or the way to it differs. */
  | { readonly case: 'same'; readonly differences: readonly string[] }
  | { readonly case: 'different'; readonly differences: readonly string[] }
  /** Of the same subject at that time there are others, or none. */
  | { readonly case: 'absent'; readonly instead: readonly Anomaly[] };

/** `stored`: all transitions of one incident; `derived`: all of all incidents. */
export function compareVerdicts(stored: readonly Anomaly[], derived: readonly Anomaly[]): Verdict {
  const told = stored.at(-1)!;
  const own = derived.filter(
    ({ incidentId, eventSecond }) => incidentId === told.incidentId && eventSecond <= told.eventSecond,
  );
  const found = own.at(-1);
  if (found === undefined) return { case: 'absent', instead: insteadOf(told, derived) };
  if (isDeepStrictEqual(stored.map(withoutDetector), own.map(withoutDetector)))
    return { case: 'identical', transitions: own.length };
  const differences = differencesOf(told, found);
  if (differences.length > 0) return { case: 'different', differences };
  return { case: 'same', differences: lesserDifferences(stored, own) };
}

/** Who decided it is told apart from what was decided. */
function withoutDetector({ detector: _, ...rest }: Anomaly): Omit<Anomaly, 'detector'> {
  return rest;
}

function differencesOf(told: Anomaly, found: Anomaly): string[] {
  return [
    ...differs('kind', kindNames[told.kind], kindNames[found.kind]),
    ...differs('onset', formatSecond(told.startSecond), formatSecond(found.startSecond)),
    ...differs('end', endText(told), endText(found)),
    ...differs('closed as', told.closeReason ?? 'open', found.closeReason ?? 'open'),
  ];
}

function lesserDifferences(stored: readonly Anomaly[], own: readonly Anomaly[]): string[] {
  const told = stored.at(-1)!;
  const found = own.at(-1)!;
  const { peersFor, livePeers } = told.evidence;
  return [
    ...differs('changes told', String(stored.length), String(own.length)),
    ...differs('first told', timeText(stored[0]!.eventSecond), timeText(own[0]!.eventSecond)),
    ...differs('severity', told.severity, found.severity),
    ...differs('networks', String(told.prefixCount), String(found.prefixCount)),
    ...differs(
      'peers',
      `${peersFor} of ${livePeers}`,
      `${found.evidence.peersFor} of ${found.evidence.livePeers}`,
    ),
  ];
}

const differs = (what: string, told: string, found: string): string[] =>
  told === found ? [] : [`${what}: ${told} was told, ${found} comes out`];

const endText = ({ endSecond }: Anomaly): string =>
  endSecond === undefined ? 'none' : formatSecond(endSecond);

/** The last of each other incident of the same subject that overlaps it in time. */
function insteadOf(told: Anomaly, derived: readonly Anomaly[]): Anomaly[] {
  const last = new Map(derived.map((anomaly) => [anomaly.incidentId, anomaly]));
  const end = told.endSecond ?? told.eventSecond;
  return [...last.values()].filter(
    ({ subject, startSecond, endSecond, eventSecond }) =>
      subject === told.subject && startSecond <= end && (endSecond ?? eventSecond) >= told.startSecond,
  );
}
