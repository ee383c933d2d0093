import { type Kind, type Severity, severities } from '#core/contract/anomalies.ts';

interface MemberOrGroup {
  readonly subject: string;
  readonly kind: Kind;
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

/** What the flaps of an AS are told as. */
const flapKinds: readonly Kind[] = ['beatWatch', 'beatConfirmed', 'burst', 'chronic'];

/**
 * The groups whose incidents are told now in place of their members'. What a group has lost explains all that its members have; its beat
 * only their beats and bursts, and not what they lose meanwhile. Of several groups that of the loudest incident, and of
 * those the first by name.
 */
export class ToldGroups {
  readonly #byMember = new Map<string, string>();
  readonly #byFlappingMember = new Map<string, string>();

  constructor(incidents: Iterable<MemberOrGroup> = []) {
    const open: MemberOrGroup[] = [];
    for (const incident of incidents)
      if (groupNameOf(incident.subject) !== undefined && incident.untilMs === undefined && !incident.isMuted)
        open.push(incident);
    open.sort(
      (a, b) =>
        severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.subject < b.subject ? -1 : 1),
    );
    for (const { subject, kind, members } of open) {
      const name = groupNameOf(subject)!;
      for (const member of members) {
        if (!this.#byFlappingMember.has(member)) this.#byFlappingMember.set(member, name);
        if (!flapKinds.includes(kind) && !this.#byMember.has(member)) this.#byMember.set(member, name);
      }
    }
  }

  /** The group that an incident is told with: of a group itself; undefined of what no group explains. */
  of({ subject, kind }: Pick<MemberOrGroup, 'subject' | 'kind'>): string | undefined {
    const told = flapKinds.includes(kind) ? this.#byFlappingMember : this.#byMember;
    return groupNameOf(subject) ?? told.get(subject);
  }
}
