import type { Anomaly, Kind } from '#core/contract/anomalies.ts';
import { parseSecond } from '#core/event-time.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';
import type { Expectation } from '#scenario/scenario.ts';
import type { TruthLoss } from '#scenario/timeline.ts';
import { type Incident, incidentsOf, isBeat, isOutage, lineOf } from './incidents.ts';
import { judgeNk2014 } from './judge-nk-2014.ts';
import type { Judgement } from './judgement.ts';

/** Judges what a detector said of a scenario by the scenario's own verdict. */
export function judge(generated: GeneratedScenario, anomalies: readonly Anomaly[]): Judgement {
  const incidents = incidentsOf(anomalies);
  const failures = [
    ...unmetExpectations(generated, incidents),
    ...strangers(generated, incidents),
    ...inventedOutages(generated, incidents),
  ];
  for (const incident of incidents) {
    if (isBeat(incident) && !mayBeat(generated, incident)) failures.push(`a beat: ${lineOf(incident)}`);
  }
  if (!generated.scenario.name.startsWith('nk-2014')) return { failures, figures: {} };
  const nk = judgeNk2014(generated, incidents);
  return { failures: [...failures, ...nk.failures], figures: nk.figures };
}

const mayBeat = (generated: GeneratedScenario, incident: Incident): boolean =>
  incident.kinds
    .filter((kind) => kind.startsWith('beat'))
    .every((kind) => mayBeSaid(generated, incident, kind));

function unmetExpectations(generated: GeneratedScenario, incidents: readonly Incident[]): string[] {
  const { scenario } = generated;
  const losses = [...generated.losses, ...(generated.probes?.losses ?? [])];
  const failures: string[] = [];
  for (const expectation of scenario.verdict.must) {
    if (expectation.case === 'witnesses') {
      failures.push(...otherVerdicts(generated, expectation, incidents));
      continue;
    }
    if (expectation.case === 'some') {
      const { subject, kind } = expectation;
      if (!incidents.some((incident) => incident.subject === subject && incident.kinds.includes(kind))) {
        failures.push(`never said: ${kind} of ${subject}`);
      }
      continue;
    }
    for (const loss of losses.filter(({ cause }) => cause === expectation.cause)) {
      if (incidents.some((incident) => meets(incident, expectation, loss))) continue;
      failures.push(`never said: ${expectation.kind} of the ${lossInWords(loss)}`);
    }
  }
  return failures;
}

/** Probes have the ten minutes that they have everywhere to be sure of a loss; a shorter one may be over before. */
const longEnoughSeconds = 600;

/** Outages of whole ASes in the time of the probes that both witnesses never say this of. */
function otherVerdicts(
  { scenario }: GeneratedScenario,
  { subject, kind, verdict }: Extract<Expectation, { case: 'witnesses' }>,
  incidents: readonly Incident[],
): string[] {
  const probed = scenario.probes!;
  const isProbed = ({ startSecond, endSecond }: Incident): boolean =>
    startSecond >= parseSecond(probed.from)! &&
    (endSecond ?? 0) < parseSecond(probed.until)! &&
    (endSecond ?? 0) - startSecond >= longEnoughSeconds;
  return incidents
    .filter((incident) => incident.subject === subject && incident.opened.kind === kind && isProbed(incident))
    .filter((incident) =>
      incident.transitions.every(({ evidence }) => evidence.witnesses?.verdict !== verdict),
    )
    .map((incident) => `not ${verdict}: ${lineOf(incident)}`);
}

function meets(
  incident: Incident,
  { kind, toleranceMinutes }: Extract<Expectation, { case: 'eachLoss' }>,
  loss: TruthLoss,
): boolean {
  const tolerance = toleranceMinutes * 60;
  return (
    incident.subject === `as:${loss.originAs}` &&
    incident.kinds.includes(kind) &&
    incident.endSecond !== undefined &&
    Math.abs(incident.startSecond - loss.startSecond) <= tolerance &&
    Math.abs(incident.endSecond - loss.endSecond) <= tolerance
  );
}

/** Incidents of kinds, or on subjects, that the verdict does not name. */
function strangers(generated: GeneratedScenario, incidents: readonly Incident[]): string[] {
  return incidents
    .filter((incident) => !isBeat(incident))
    .filter((incident) => incident.kinds.some((kind) => !mayBeSaid(generated, incident, kind)))
    .map((incident) => `not expected: ${lineOf(incident)}`);
}

function mayBeSaid(generated: GeneratedScenario, { subject }: Incident, kind: Kind): boolean {
  const { must, may } = generated.scenario.verdict;
  const losses = [...generated.losses, ...(generated.probes?.losses ?? [])];
  if (may.some((one) => one.subject === subject && one.kinds.includes(kind))) return true;
  return must.some((one) => {
    if (one.kind !== kind) return false;
    if (one.case !== 'eachLoss') return one.subject === subject;
    return losses.some((loss) => loss.cause === one.cause && subject === `as:${loss.originAs}`);
  });
}

/** Outages said where nothing was lost. */
function inventedOutages({ losses }: GeneratedScenario, incidents: readonly Incident[]): string[] {
  return incidents
    .filter((incident) => isOutage(incident) && !isBeat(incident))
    .filter((incident) => !losses.some((loss) => isOf(incident, loss)))
    .map((incident) => `nothing was lost: ${lineOf(incident)}`);
}

/** The incident starts while the loss is, give or take the slowest peers. */
export function isOf(incident: Incident, loss: TruthLoss): boolean {
  if (incident.subject !== `as:${loss.originAs}`) return false;
  return (
    incident.startSecond >= loss.startSecond && incident.startSecond <= loss.endSecond + slowestPeerSeconds
  );
}
const slowestPeerSeconds = 90;

export const lossInWords = ({ cause, originAs, startSecond }: TruthLoss): string =>
  `${cause} of AS${originAs} at ${startSecond}`;
