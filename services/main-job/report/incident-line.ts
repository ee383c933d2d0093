import type { Anomaly, Kind, Severity } from '#core/contract/anomalies.ts';
import { formatSecond } from '#core/event-time.ts';
import type { Paint, Tone } from './terminal.ts';

export const kindNames: Readonly<Record<Kind, string>> = {
  beatWatch: 'BEAT-WATCH',
  beatConfirmed: 'BEAT-CONFIRMED',
  outageFull: 'OUTAGE-FULL',
  outagePartial: 'OUTAGE-PARTIAL',
  burst: 'BURST',
  sched: 'SCHED',
  chronic: 'CHRONIC',
  leakChurn: 'LEAK-CHURN',
  dataPlane: 'DATA-PLANE',
};

export const severityTones: Readonly<Record<Severity, Tone>> = {
  critical: 'critical',
  warning: 'warning',
  notice: 'notice',
  info: 'plain',
};

/** Incidents as lines for people, who need not read every change. */
export class IncidentLines {
  readonly #paint: Paint;
  /** What was last told of each open incident. */
  readonly #told = new Map<string, string>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /**
   * "2014-12-22 16:19  opened   OUTAGE-FULL     AS131279: all 4 networks gone since ..."; undefined of an update that
   * changes neither kind nor severity nor trend: one more phase of a beat is told where the phase ends.
   */
  line(anomaly: Anomaly): string | undefined {
    const { incidentId, transition, kind, severity, eventSecond, summary, evidence } = anomaly;
    const news = `${kind} ${severity} ${evidence.trend}`;
    const isOld = this.#told.get(incidentId) === news;
    if (transition === 'closed') this.#told.delete(incidentId);
    else this.#told.set(incidentId, news);
    if (transition === 'updated' && isOld) return undefined;
    const tone = transition === 'closed' ? 'good' : severityTones[severity];
    const what = `${transition.padEnd(8)} ${kindNames[kind].padEnd(14)}`;
    return `${this.#paint('dim', timeText(eventSecond))}  ${this.#paint(tone, what)}  ${summary}`;
  }
}

/** "2014-12-22 16:15". */
export const timeText = (second: number): string => formatSecond(second).slice(0, 16).replace('T', ' ');

/** "9 h 31 min", "31 min", "45 s". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} days` : `${days} days ${hours % 24} h`;
}
