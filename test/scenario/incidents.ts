import type { Anomaly, Kind } from '#core/contract/anomalies.ts';
import { type EventSecond, formatSecond } from '#core/event-time.ts';

/** An incident put together from its transitions. */
export interface Incident {
  readonly id: string;
  readonly subject: string;
  /** All transitions in order; the first opened it. */
  readonly transitions: readonly Anomaly[];
  readonly opened: Anomaly;
  readonly last: Anomaly;
  /** Every kind that was said of it, in order. */
  readonly kinds: readonly Kind[];
  readonly startSecond: EventSecond;
  /** Undefined while it lasts. */
  readonly endSecond: EventSecond | undefined;
  /** Some transition was critical. */
  readonly pages: boolean;
  /** Every incident that it was ever linked to. */
  readonly links: ReadonlySet<string>;
}

export function incidentsOf(anomalies: readonly Anomaly[]): Incident[] {
  const byId = Map.groupBy(anomalies, (anomaly) => anomaly.incidentId);
  return [...byId.values()].map((transitions) => {
    const opened = transitions[0]!;
    const last = transitions.at(-1)!;
    return {
      id: opened.incidentId,
      subject: opened.subject,
      transitions,
      opened,
      last,
      kinds: [...new Set(transitions.map((anomaly) => anomaly.kind))],
      startSecond: last.startSecond,
      endSecond: last.transition === 'closed' ? last.endSecond : undefined,
      pages: transitions.some((anomaly) => anomaly.severity === 'critical'),
      links: new Set(transitions.flatMap((anomaly) => anomaly.linkedIncidentIds)),
    };
  });
}

export const isBeat = (incident: Incident): boolean =>
  incident.kinds.includes('beatWatch') || incident.kinds.includes('beatConfirmed');

export const isOutage = (incident: Incident): boolean =>
  incident.kinds.includes('outageFull') || incident.kinds.includes('outagePartial');

/** When a kind was first said of it. */
export const saidAt = (incident: Incident, kind: Kind): EventSecond | undefined =>
  incident.transitions.find((anomaly) => anomaly.kind === kind)?.eventSecond;

/** One line for people. */
export function lineOf({ subject, kinds, opened, last, startSecond, endSecond, pages }: Incident): string {
  const end = endSecond === undefined ? 'open' : formatSecond(endSecond);
  const reason = last.closeReason === undefined ? '' : ` (${last.closeReason})`;
  const said = formatSecond(opened.eventSecond);
  return `${subject} ${kinds.join('>')} ${formatSecond(startSecond)} to ${end}${reason}, said ${said}${pages ? ', pages' : ''}`;
}
