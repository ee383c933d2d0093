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

export const groupPrefix = 'group:';

/**
 * The group of each subject: of a group itself, and of the members of its open incident, which are told with it. Of several
 * groups that of the loudest incident, and of those the first by name.
 */
export function toldGroups(incidents: Iterable<GroupIncident>): ReadonlyMap<string, string> {
  const open: GroupIncident[] = [];
  for (const incident of incidents)
    if (incident.subject.startsWith(groupPrefix) && incident.untilMs === undefined && !incident.isMuted)
      open.push(incident);
  open.sort(
    (a, b) =>
      severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.subject < b.subject ? -1 : 1),
  );
  const groups = new Map<string, string>();
  for (const { subject, members } of open)
    for (const one of [subject, ...members])
      if (!groups.has(one)) groups.set(one, subject.slice(groupPrefix.length));
  return groups;
}
