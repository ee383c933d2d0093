import type { Anomaly, CloseReason, Transition } from '../contract/anomalies.ts';
import { type EventMinute, type EventSecond, firstSecondOf, formatMinute, minuteOf } from '../event-time.ts';
import { type Incident, link, phasesOf } from './incident.ts';
import { summarize } from './summary.ts';
import { limits } from './thresholds.ts';

/**
 * The incidents that are open, and what is to be told of them at the end of the minute: each one
 * opened, updated and closed at most once in it, in the order of AS and id.
 */
export class IncidentBook {
  #open = new Map<string, Incident>();
  /** Opened in this minute; changed in this minute. */
  #opened = new Set<string>();
  #touched = new Set<string>();

  get(id: string | undefined): Incident | undefined {
    return id === undefined ? undefined : this.#open.get(id);
  }

  incidents(): IterableIterator<Incident> {
    return this.#open.values();
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  open(incident: Incident): void {
    this.#open.set(incident.id, incident);
    this.#opened.add(incident.id);
  }

  /** People are told of what has changed in it. */
  update(incident: Incident): void {
    this.#touched.add(incident.id);
  }

  close(incident: Incident, second: EventSecond, reason: CloseReason): void {
    const end = Math.max(second, incident.startSecond);
    incident.ended = { second: end, reason };
    for (const phase of incident.phases) if (phase.endSecond === undefined) phase.endSecond = end;
    this.#touched.add(incident.id);
  }

  /** Links two incidents with each other. */
  join(a: Incident, b: Incident): void {
    if (link(a, b.id)) this.update(a);
    if (link(b, a.id)) this.update(b);
  }

  /** Opened in this minute and not yet told. */
  opened(): Incident[] {
    return [...this.#opened].map((id) => this.#open.get(id)!);
  }

  /** Hands out the transitions of the minute that ends at `eventSecond`. */
  flush(eventSecond: EventSecond, emit: (anomaly: Anomaly) => void): void {
    if (this.#opened.size === 0 && this.#touched.size === 0) return;
    const changed = [...new Set([...this.#opened, ...this.#touched])]
      .map((id) => this.#open.get(id)!)
      .sort((a, b) => a.originAs - b.originAs || (a.id < b.id ? -1 : 1));
    for (const incident of changed) {
      const isNew = this.#opened.has(incident.id);
      if (isNew) emit(toAnomaly(incident, 'opened', eventSecond));
      if (incident.ended !== undefined) {
        emit(toAnomaly(incident, 'closed', eventSecond));
        this.#open.delete(incident.id);
      } else if (!isNew) emit(toAnomaly(incident, 'updated', eventSecond));
    }
    this.#opened.clear();
    this.#touched.clear();
  }

  /** Only between minutes: nothing is waiting to be told. */
  save(): string {
    return JSON.stringify([...this.#open.values()]);
  }

  load(text: string): void {
    this.#open = new Map((JSON.parse(text) as Incident[]).map((incident) => [incident.id, incident]));
    this.#opened.clear();
    this.#touched.clear();
  }
}

function toAnomaly(incident: Incident, transition: Transition, eventSecond: EventSecond): Anomaly {
  const ended = transition === 'closed' ? incident.ended : undefined;
  return {
    incidentId: incident.id,
    transition,
    ...(ended === undefined ? {} : { closeReason: ended.reason, endSecond: ended.second }),
    kind: incident.kind,
    subject: incident.subject,
    originAs: incident.originAs,
    startSecond: incident.startSecond,
    eventSecond,
    durationSeconds: Math.max(0, (ended?.second ?? eventSecond) - incident.startSecond),
    severity: incident.severity,
    summary: summarize(incident, transition, eventSecond),
    prefixes: [...incident.prefixes].sort().slice(0, limits.prefixesSent),
    prefixCount: incident.prefixCount,
    linkedIncidentIds: [...incident.linked],
    evidence: {
      ...incident.evidence,
      phases: phasesOf(incident),
      ...(incident.type === 'beat' ? { trend: incident.trend } : {}),
    },
    ...(incident.muted === undefined ? {} : { muted: incident.muted }),
  };
}

/**
 * "as131279-outage-20141222T1615Z": subject, sort and start as known when it opened, so any replay gives
 * it again; "-2" and so on if an incident of that name was there before.
 */
export function incidentId(stem: string, startSecond: EventSecond, taken: (id: string) => boolean): string {
  const id = `${stem}-${compactMinute(minuteOf(startSecond))}`;
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? id : `${id}-${n}`;
    if (!taken(candidate)) return candidate;
  }
}

const compactMinute = (minute: EventMinute): string => formatMinute(minute).replaceAll(/[-:]/g, '');

/** The event time at which what is known of a minute is decided: its end. */
export const endOf = (minute: EventMinute): EventSecond => firstSecondOf(minute + 1);
