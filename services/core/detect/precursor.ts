import type { EventSecond } from '../event-time.ts';
import type { AsState, Minute } from './as-state.ts';
import { addPhase, type BeatIncident, type OutageIncident, type Precursor } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { insideBeat } from './thresholds.ts';

/** The beat of the AS that is in force: watched, confirmed, or chronic and on. */
export function beatInForce(state: AsState, book: IncidentBook): BeatIncident | undefined {
  const incident = book.get(state.beatId) as BeatIncident | undefined;
  if (incident === undefined || incident.ended !== undefined || incident.kind === 'burst') return undefined;
  return incident.kind !== 'chronic' || incident.on ? incident : undefined;
}

export const precursorOf = (beat: BeatIncident, relation: Precursor['relation']): Precursor => ({
  id: beat.id,
  relation,
  confirmed: beat.kind === 'beatConfirmed',
  chronic: beat.kind === 'chronic',
  onsetSecond: beat.startSecond,
});

/** What an outage that starts then is linked to: the beat it is in, or one that was over less than a day before. */
export function precursorAt(
  state: AsState,
  startSecond: EventSecond,
  book: IncidentBook,
): Precursor | undefined {
  const beat = beatInForce(state, book);
  if (beat !== undefined && startSecond >= beat.startSecond) return precursorOf(beat, 'inside');
  const past = state.lastBeat;
  if (past === undefined || startSecond - past.closedSecond > insideBeat.aftermathSeconds) return undefined;
  const { id, confirmed, onsetSecond } = past;
  return { id, relation: 'aftermath', confirmed, chronic: false, onsetSecond };
}

/**
 * A loss inside a beat is one more flap until it has lasted for an hour without interruption: then it is the
 * blackout, and the beat its precursor (9.6). If the beat ends first, the loss stands by itself.
 */
export function followPrecursor(
  state: AsState,
  incident: OutageIncident,
  visible: number,
  now: Minute,
  book: IncidentBook,
): void {
  const isFull = incident.kind === 'outageFull';
  if (isFull && visible > insideBeat.interruptedShare) incident.fullSinceSecond = now.eventSecond;
  if (incident.precursor === undefined) return;
  const beat = beatInForce(state, book);
  if (beat === undefined || beat.id !== incident.precursor.id) {
    leaveBeat(incident, book);
    return;
  }
  if (incident.precursor.relation !== 'inside') return;
  const since = (isFull ? incident.fullSinceSecond : undefined) ?? incident.startSecond;
  if (now.eventSecond - since < insideBeat.blackoutSeconds) return;
  callBlackout(beat, incident, book);
}

function leaveBeat(incident: OutageIncident, book: IncidentBook): void {
  if (incident.precursor?.relation !== 'inside') return;
  incident.precursor = { ...incident.precursor, relation: 'aftermath' };
  book.update(incident);
}

export function callBlackout(beat: BeatIncident, incident: OutageIncident, book: IncidentBook): void {
  incident.precursor = precursorOf(beat, 'blackout');
  addPhase(beat, { kind: incident.kind, startSecond: incident.startSecond });
  book.join(beat, incident);
  book.update(incident);
  book.update(beat);
}
