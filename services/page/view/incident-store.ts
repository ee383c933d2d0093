import type { Anomaly, Severity } from '#core/contract/anomalies.ts';
import { isDecision } from '#core/detect/decision.ts';
import { louder } from '#core/detect/severity.ts';

/** One incident as it was told last, and how it came there. */
export interface IncidentRecord {
  readonly latest: Anomaly;
  /** Why it is told as what it is. */
  readonly decision: IncidentDecision;
  /** The first of them, and the latest of the others; oldest first. */
  readonly transitions: readonly IncidentStep[];
  /** The loudest that it ever was. */
  readonly peakSeverity: Severity;
  /** Grows with each change of any incident. */
  readonly revision: number;
}

/** What one transition said, without its evidence. */
export type IncidentStep = Pick<
  Anomaly,
  'transition' | 'kind' | 'severity' | 'eventSecond' | 'summary' | 'closeReason'
>;

/** The rule that was met, by what, when. */
export type IncidentDecision = Pick<Anomaly, 'eventSecond'> & Pick<Anomaly['evidence'], 'rule' | 'measures'>;

export interface IncidentLimits {
  readonly openMax: number;
  readonly closedMax: number;
}

const stepsMax = 200;

const decisionOf = ({ eventSecond, evidence: { rule, measures } }: Anomaly): IncidentDecision => ({
  eventSecond,
  rule,
  measures,
});

/** All open incidents, and the latest closed ones. Of too many the oldest are forgotten, and counted. */
export class IncidentStore {
  readonly #limits: IncidentLimits;
  readonly #open = new Map<string, IncidentRecord>();
  /** In the order in which they were closed. */
  readonly #closed = new Map<string, IncidentRecord>();
  readonly #idsByOrigin = new Map<number, Set<string>>();
  #forgotten = 0;
  #revision = 0;

  constructor(limits: IncidentLimits) {
    this.#limits = limits;
  }

  /** Incidents that were open when they were forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get openCount(): number {
    return this.#open.size;
  }

  add(anomaly: Anomaly): IncidentRecord {
    const id = anomaly.incidentId;
    const before = this.get(id);
    const record = {
      latest: anomaly,
      decision:
        before === undefined || isDecision(before.latest, anomaly) ? decisionOf(anomaly) : before.decision,
      transitions: stepsAfter(before?.transitions ?? [], anomaly),
      peakSeverity: louder(before?.peakSeverity ?? 'info', anomaly.severity),
      revision: ++this.#revision,
    };
    this.#open.delete(id);
    this.#closed.delete(id);
    const isClosed = anomaly.transition === 'closed';
    (isClosed ? this.#closed : this.#open).set(id, record);
    const ids = this.#idsByOrigin.get(anomaly.originAs);
    if (ids === undefined) this.#idsByOrigin.set(anomaly.originAs, new Set([id]));
    else ids.add(id);
    this.#forgetOldest();
    return record;
  }

  get(id: string): IncidentRecord | undefined {
    return this.#open.get(id) ?? this.#closed.get(id);
  }

  open(): IterableIterator<IncidentRecord> {
    return this.#open.values();
  }

  closed(): IterableIterator<IncidentRecord> {
    return this.#closed.values();
  }

  ofOrigin(originAs: number): IncidentRecord[] {
    return [...(this.#idsByOrigin.get(originAs) ?? [])].map((id) => this.get(id)!);
  }

  hasOpen(originAs: number): boolean {
    for (const id of this.#idsByOrigin.get(originAs) ?? []) if (this.#open.has(id)) return true;
    return false;
  }

  #forgetOldest(): void {
    if (this.#closed.size > this.#limits.closedMax) this.#forget(this.#closed);
    // The one that changed last is the last of the map.
    if (this.#open.size > this.#limits.openMax) {
      this.#forget(this.#open);
      this.#forgotten++;
    }
  }

  #forget(records: Map<string, IncidentRecord>): void {
    const [id, { latest }] = records.entries().next().value!;
    records.delete(id);
    const ids = this.#idsByOrigin.get(latest.originAs)!;
    ids.delete(id);
    if (ids.size === 0) this.#idsByOrigin.delete(latest.originAs);
  }
}

function stepsAfter(steps: readonly IncidentStep[], anomaly: Anomaly): IncidentStep[] {
  const { transition, kind, severity, eventSecond, summary, closeReason } = anomaly;
  const step: IncidentStep = {
    transition,
    kind,
    severity,
    eventSecond,
    summary,
    ...(closeReason && { closeReason }),
  };
  const kept = steps.length < stepsMax ? steps : [steps[0]!, ...steps.slice(2)];
  return [...kept, step];
}
