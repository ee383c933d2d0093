import { type Severity, severities } from '#core/contract/anomalies.ts';

interface GroupIncident {
  readonly subject: string;
  readonly severity: Severity;
  readonly isMuted: boolean;
  /** Of a group: its members, as subjects. */
  readonly members: readonly string[];
  /** Set when it is over. */
  readonly untilMs: number | undefined;
}

const prefix = 'group:';

/** "KP" of "group:KP"; undefined of what is no group. */
export const groupNameOf = (subject: string): string | undefined =>
  subject.startsWith(prefix) ? subject.slice(prefix.length) : undefined;

/**
 * The group of each subject that is a member of its open incident, and is told with it. Of several groups that of the loudest
 * incident, and of those the first by name.
 */
export function toldGroups(incidents: Iterable<GroupIncident>): ReadonlyMap<string, string> {
  const open: GroupIncident[] = [];
  for (const incident of incidents)
    if (groupNameOf(incident.subject) !== undefined && incident.untilMs === undefined && !incident.isMuted)
      open.push(incident);
  open.sort(
    (a, b) =>
      severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.subject < b.subject ? -1 : 1),
  );
  const groups = new Map<string, string>();
  for (const { subject, members } of open)
    for (const member of members) if (!groups.has(member)) groups.set(member, groupNameOf(subject)!);
  return groups;
}
