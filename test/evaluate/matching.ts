import type { Incident } from './incidents.ts';
import type { OutageRow } from './truth.ts';

/** An incident may be a row where its AS is the same and it starts from 10 minutes before the row's first prefix went to 15 after its last. */
const mayMatch = (incident: Incident, row: OutageRow): boolean =>
  incident.originAs === row.originAs &&
  incident.start >= row.firstDown - 600 &&
  incident.start <= row.lastDown + 900;

/** A largest one-to-one matching of incidents and rows (augmenting paths); nearer starts are tried first. */
export function matchOneToOne(
  incidents: readonly Incident[],
  rows: readonly OutageRow[],
): Map<OutageRow, Incident> {
  const incidentsByAs = Map.groupBy(incidents, (incident) => incident.originAs);
  const rowOf = new Map<Incident, OutageRow>();
  const assign = (row: OutageRow, tried: Set<Incident>): boolean => {
    const candidates = (incidentsByAs.get(row.originAs) ?? [])
      .filter((incident) => mayMatch(incident, row))
      .sort((a, b) => Math.abs(a.start - row.firstDown) - Math.abs(b.start - row.firstDown));
    for (const incident of candidates) {
      if (tried.has(incident)) continue;
      tried.add(incident);
      const taken = rowOf.get(incident);
      if (taken === undefined || assign(taken, tried)) {
        rowOf.set(incident, row);
        return true;
      }
    }
    return false;
  };
  // Larger losses first: an augmenting path never gives up a row that is matched.
  for (const row of [...rows].sort((a, b) => b.prefixes - a.prefixes)) assign(row, new Set());
  return new Map([...rowOf].map(([incident, row]) => [row, incident]));
}
