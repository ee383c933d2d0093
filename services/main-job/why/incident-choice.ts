import type { Anomaly } from '#core/contract/anomalies.ts';

export type Choice =
  | { readonly case: 'one'; readonly incidentId: string; readonly transitions: readonly Anomaly[] }
  | { readonly case: 'several'; readonly incidentIds: readonly string[] }
  | { readonly case: 'none'; readonly nearest: readonly string[] };

/** So many ids are named where none or several fit. */
const named = 8;

/** The incident with this id, or else the only one whose id begins so. */
export function chooseIncident(anomalies: readonly Anomaly[], idOrPrefix: string): Choice {
  const byId = Map.groupBy(anomalies, ({ incidentId }) => incidentId);
  const wanted = idOrPrefix.toLowerCase();
  const exact = [...byId.keys()].filter((id) => id.toLowerCase() === wanted);
  const fitting =
    exact.length > 0 ? exact : [...byId.keys()].filter((id) => id.toLowerCase().startsWith(wanted));
  if (fitting.length === 0) return { case: 'none', nearest: nearestTo(wanted, [...byId.keys()]) };
  if (fitting.length > 1) return { case: 'several', incidentIds: fitting.toSorted().slice(0, named) };
  const incidentId = fitting[0]!;
  return { case: 'one', incidentId, transitions: byId.get(incidentId)! };
}

/** Ids say who, what and when in this order: those that begin and end most alike come first. */
function nearestTo(wanted: string, ids: readonly string[]): string[] {
  const likeness = (id: string) =>
    commonStart(wanted, id.toLowerCase()) + commonStart(reversed(wanted), reversed(id.toLowerCase()));
  return ids
    .map((id) => ({ id, alike: likeness(id) }))
    .sort((a, b) => b.alike - a.alike || (a.id < b.id ? -1 : 1))
    .slice(0, named)
    .map(({ id }) => id);
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

const reversed = (text: string): string => [...text].reverse().join('');
