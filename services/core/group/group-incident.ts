import type { Kind } from '../contract/anomalies.ts';
import { noFacts } from '../detect/evidence.ts';
import type { IncidentBase } from '../detect/incident.ts';
import { type IncidentBook, incidentId } from '../detect/incident-book.ts';
import type { EventSecond } from '../event-time.ts';
import { type Group, groupSubject } from './watch-file.ts';

interface Begin<GroupKind> {
  readonly group: Group;
  /** What its id says it is of: "beat". */
  readonly sort: string;
  readonly kind: GroupKind;
  readonly startSecond: EventSecond;
  readonly openedSecond: EventSecond;
  /** The id that was given last: it is not given again. */
  readonly lastId: string;
}

/** What every incident of a group begins with, before anything is described. */
export function begunIncident<GroupKind extends Kind>(
  { group, sort, kind, startSecond, openedSecond, lastId }: Begin<GroupKind>,
  book: IncidentBook,
): IncidentBase & { kind: GroupKind; readonly title: string } {
  const isTaken = (id: string): boolean => book.isOpen(id) || id === lastId;
  return {
    kind,
    id: incidentId(`group${group.name}-${sort}`, startSecond, isTaken),
    subject: groupSubject(group.name),
    title: group.title,
    originAs: 0,
    startSecond,
    openedSecond,
    severity: 'info',
    prefixes: [],
    prefixCount: 0,
    linked: [],
    phases: [{ kind, startSecond }],
    evidence: noFacts,
  };
}
