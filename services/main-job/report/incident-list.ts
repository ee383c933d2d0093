import type { Anomaly, Kind, Severity } from '#core/contract/anomalies.ts';
import { kindNames, severityTones, timeText } from './incident-line.ts';
import type { Paint } from './terminal.ts';

const severities: readonly Severity[] = ['info', 'notice', 'warning', 'critical'];
const mostKept = 20;

/** All incidents of a run, each as it was told last. */
export class IncidentList {
  readonly #last = new Map<string, Anomaly>();
  /** The loudest that each ever was. */
  readonly #severity = new Map<string, Severity>();

  add(anomaly: Anomaly): void {
    this.#last.set(anomaly.incidentId, anomaly);
    const before = this.#severity.get(anomaly.incidentId) ?? 'info';
    if (rank(anomaly.severity) >= rank(before)) this.#severity.set(anomaly.incidentId, anomaly.severity);
  }

  get size(): number {
    return this.#last.size;
  }

  byKind(): Map<Kind, number> {
    const counts = new Map<Kind, number>();
    for (const { kind } of this.#last.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }

  /** The loudest first, then those that concern most, then the longest; phases of others and what was taken back left out. */
  mostImportant(): Anomaly[] {
    return [...this.#last.values()]
      .filter(({ closeReason }) => closeReason !== 'merged' && closeReason !== 'retracted')
      .sort(
        (a, b) =>
          rank(this.#severity.get(b.incidentId)!) - rank(this.#severity.get(a.incidentId)!) ||
          b.prefixCount - a.prefixCount ||
          b.durationSeconds - a.durationSeconds ||
          a.startSecond - b.startSecond ||
          a.originAs - b.originAs,
      );
  }

  /** Lines for people: how many of which kind, and the most important. */
  summary(paint: Paint): string[] {
    if (this.size === 0) return ['No incidents.'];
    const counts = [...this.byKind()]
      .sort(([, m], [, n]) => n - m)
      .map(([kind, n]) => `${n} ${kindNames[kind]}`);
    const all = this.mostImportant();
    return [
      `${this.size} ${this.size === 1 ? 'incident' : 'incidents'}: ${counts.join(', ')}`,
      ...(all.length > mostKept ? [`The ${mostKept} most important:`] : []),
      ...all.slice(0, mostKept).map((anomaly) => this.#line(anomaly, paint)),
    ];
  }

  #line({ incidentId, kind, startSecond, endSecond, summary }: Anomaly, paint: Paint): string {
    const severity = this.#severity.get(incidentId)!;
    const end = endSecond === undefined ? 'goes on' : timeText(endSecond).slice(5);
    const when = `${timeText(startSecond)} - ${end.padEnd(11)}`;
    return `  ${paint(severityTones[severity], severity.padEnd(8))} ${kindNames[kind].padEnd(14)} ${when}  ${summary}`;
  }
}

const rank = (severity: Severity): number => severities.indexOf(severity);
