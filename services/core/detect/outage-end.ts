import type { CloseReason } from '../contract/anomalies.ts';
import type { EventSecond } from '../event-time.ts';
import { type AsState, type FamilyState, rememberOutage } from './as-state.ts';
import { countFacts, outageEvidence } from './evidence.ts';
import { addPhase, type BeatIncident, link, type OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { entriesOf, writtenOff } from './lost-prefixes.ts';
import { noteScheduledEnd } from './schedules.ts';

/**
 * Closes an outage. What is still lost of it is written off, or it would open another one at once. If it happened
 * inside a beat and was not the blackout, it was a phase of the beat.
 */
export function closeOutage(
  state: AsState,
  own: FamilyState,
  incident: OutageIncident,
  endSecond: EventSecond,
  reason: 'recovered' | 'expired',
  book: IncidentBook,
): void {
  for (const entry of entriesOf(own.lost)) if (entry.owner === incident.id) entry.owner = writtenOff;
  own.outageIds.splice(own.outageIds.indexOf(incident.id), 1);
  incident.evidence = {
    ...outageEvidence(state, incident, own.visibility!, incident.evidence),
    ...(incident.mostPeers === undefined ? {} : countFacts(incident.mostPeers)),
  };
  // Nothing of it came back, yet it is too small a share by now: more of the AS was seen meanwhile.
  const isRetracted = reason === 'recovered' && incident.lostNow >= incident.peakLost;
  const beat = book.get(incident.precursor?.id) as BeatIncident | undefined;
  const isPhase = reason === 'recovered' && !isRetracted && incident.precursor?.relation === 'inside';
  const merged = isPhase && beat !== undefined;
  book.close(incident, endSecond, closeReason(reason, isRetracted, merged));
  if (isRetracted) return;
  const { id, kind, startSecond } = incident;
  rememberOutage(state, { id, kind, startSecond, endSecond, merged });
  if (beat !== undefined) tellBeat(beat, incident, endSecond, merged, book);
  noteScheduledEnd(incident, endSecond, book);
}

function closeReason(reason: 'recovered' | 'expired', isRetracted: boolean, merged: boolean): CloseReason {
  if (isRetracted) return 'retracted';
  return merged ? 'merged' : reason;
}

function tellBeat(
  beat: BeatIncident,
  incident: OutageIncident,
  endSecond: EventSecond,
  merged: boolean,
  book: IncidentBook,
): void {
  const { id, startSecond, precursor } = incident;
  if (merged) addPhase(beat, { kind: widestKind(incident), startSecond, endSecond });
  else {
    const phase = beat.phases.find(
      (known) => known.startSecond === startSecond && known.kind.startsWith('outage'),
    );
    if (precursor?.relation !== 'blackout' || phase === undefined) return;
    phase.endSecond = endSecond;
  }
  link(beat, id);
  book.update(beat);
}

/** A loss that was full at any time was a full one. */
const widestKind = ({ phases }: OutageIncident): OutageIncident['kind'] =>
  phases.some((phase) => phase.kind === 'outageFull') ? 'outageFull' : 'outagePartial';
