import { formatSecond } from '#core/event-time.ts';
import { anomalyToJson, measureToJson } from '#runtime/codec/anomalies.ts';
import type { AsNames } from '../view/as-names.ts';
import type { IncidentRecord } from '../view/incident-store.ts';

/** In a list: the latest transition without its evidence. The names of fields and values are those of topic anomalies. */
export function incidentSummary({ latest, peakSeverity, revision }: IncidentRecord, names: AsNames) {
  const { evidence: _, ...fields } = anomalyToJson(latest);
  const known = names.get(latest.originAs);
  return {
    ...fields,
    peakSeverity: `SEVERITY_${peakSeverity.toUpperCase()}`,
    ...(known && { originName: known.name }),
    ...(known?.country && { country: known.country }),
    peersFor: latest.evidence.peersFor,
    livePeers: latest.evidence.livePeers,
    revision,
    url: `/api/v1/incidents/${encodeURIComponent(latest.incidentId)}`,
  };
}

/** One incident whole: with its evidence, why it is told as what it is, and its transitions. */
export function incidentDetail(record: IncidentRecord, names: AsNames) {
  const { eventSecond, rule, measures } = record.decision;
  return {
    ...incidentSummary(record, names),
    evidence: anomalyToJson(record.latest).evidence,
    decision: { eventTime: formatSecond(eventSecond), rule, measures: measures.map(measureToJson) },
    transitions: record.transitions.map((step) => ({
      transition: `TRANSITION_${step.transition.toUpperCase()}`,
      kind: enumName('KIND', step.kind),
      severity: `SEVERITY_${step.severity.toUpperCase()}`,
      ...(step.closeReason && { closeReason: `CLOSE_REASON_${step.closeReason.toUpperCase()}` }),
      eventTime: formatSecond(step.eventSecond),
      summary: step.summary,
    })),
  };
}

const enumName = (prefix: string, name: string): string =>
  `${prefix}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
