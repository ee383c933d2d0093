import type { BeatIncident, Incident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';

/**
 * A prefix that two ASes announce by turns (MOAS) makes both of them flap, and is one beat. Which of them it should be
 * told of nobody can know: so both are told, and the second one points at the first.
 */
export function noteTwin(incident: BeatIncident, book: IncidentBook): void {
  incident.twin = undefined;
  for (const other of book.incidents()) {
    if (!isBefore(other, incident) || !hasAll(other, incident)) continue;
    incident.twin = { id: other.id, originAs: other.originAs };
    book.join(incident, other);
    return;
  }
}

/** True for another AS's beat that is in force and was told first. */
function isBefore(other: Incident, incident: BeatIncident): other is BeatIncident {
  if (other.type !== 'beat' || other.kind === 'burst' || !other.on || other.ended !== undefined) return false;
  return (
    other.openedSecond < incident.openedSecond ||
    (other.openedSecond === incident.openedSecond && other.originAs < incident.originAs)
  );
}

const hasAll = (other: BeatIncident, incident: BeatIncident): boolean =>
  incident.prefixes.length > 0 && incident.prefixes.every((prefix) => other.prefixes.includes(prefix));
