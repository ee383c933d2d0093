import type { EventSecond } from '#core/event-time.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';
import { type TimeFrame, timeFrame } from './time-frame.ts';

export interface Story {
  /** The incident and all that are linked with it, in the order of their start. */
  readonly records: readonly IncidentRecord[];
  readonly fromSecond: EventSecond;
  readonly toSecond: EventSecond;
}

/** An incident belongs with what it links to, with what links to it, and, through a beat, with the other losses of that beat. */
export function storyOf(view: WorldView, record: IncidentRecord): Story {
  const found = new Map([[record.latest.incidentId, record]]);
  const add = (id: string) => {
    const linked = view.incidents.get(id);
    if (linked !== undefined) found.set(id, linked);
  };
  for (let hop = 0; hop < 2; hop++) {
    for (const { latest } of [...found.values()]) for (const id of latest.linkedIncidentIds) add(id);
    for (const one of view.incidents.ofOrigin(record.latest.originAs))
      if (one.latest.linkedIncidentIds.some((id) => found.has(id))) add(one.latest.incidentId);
  }
  const records = [...found.values()].sort((a, b) => a.latest.startSecond - b.latest.startSecond);
  return {
    records,
    fromSecond: Math.min(...records.map(({ latest }) => latest.startSecond)),
    toSecond: Math.max(...records.map((one) => endOf(view, one))),
  };
}

export const endOf = (view: WorldView, { latest }: IncidentRecord): EventSecond =>
  latest.endSecond ?? (latest.transition === 'closed' ? latest.eventSecond : view.asOfSecond);

/** With some of the time before and after, so that one sees what was ordinary. */
export function frameAround(view: WorldView, fromSecond: EventSecond, toSecond: EventSecond): TimeFrame {
  const margin = Math.max(1800, (toSecond - fromSecond) * 0.1);
  const from = Math.max(fromSecond - margin, Math.min(view.firstSecond, fromSecond));
  return timeFrame(
    Math.floor(from),
    Math.floor(Math.min(toSecond + margin, Math.max(view.asOfSecond, toSecond))),
  );
}
