import type { Minute } from '../detect/as-state.ts';
import { countFacts } from '../detect/evidence.ts';
import { changePhase, type GroupIncident, link } from '../detect/incident.ts';
import type { IncidentBook } from '../detect/incident-book.ts';
import { groupSeverity } from '../detect/severity.ts';
import { limits, outage } from '../detect/thresholds.ts';
import { type EventSecond, firstSecondOf } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import { begunIncident } from './group-incident.ts';
import type { GroupLoss, GroupMembers } from './group-loss.ts';
import type { Group } from './watch-file.ts';

/** What is remembered of the losses of a group in one family. Plain data, as incident.ts says. */
export interface GroupFamilyState {
  /** Minutes in a row for which so much has been gone, flaps or not; no more than decide. */
  fullMinutes: number;
  partialMinutes: number;
  /** Minutes in a row for which the open incident was over, or no longer full. */
  wellMinutes: number;
  notFullMinutes: number;
  wellSecond: EventSecond;
  incidentId: string | undefined;
  /** The last one that was given. */
  lastId: string;
}

export const emptyGroupFamily = (): GroupFamilyState => ({
  fullMinutes: 0,
  partialMinutes: 0,
  wellMinutes: 0,
  notFullMinutes: 0,
  wellSecond: 0,
  incidentId: undefined,
  lastId: '',
});

/** One family of one group in one minute. */
export interface GroupCase {
  readonly group: Group;
  readonly members: GroupMembers;
  readonly family: Family;
  readonly loss: GroupLoss;
  readonly score: number;
  readonly now: Minute;
  readonly book: IncidentBook;
  /** What the denominators are. */
  readonly basis: string;
}

/** The shares and times of an AS's outages (4.4), over the address space of all members. */
export function decideGroup(at: GroupCase, own: GroupFamilyState): void {
  const { blocks, blocksWithFlaps } = at.loss;
  own.fullMinutes = isFull(at, blocksWithFlaps) ? Math.min(own.fullMinutes + 1, outage.fullMinutes) : 0;
  own.partialMinutes = isPartial(at, blocksWithFlaps)
    ? Math.min(own.partialMinutes + 1, outage.partialMinutes)
    : 0;
  const isFullNow = own.fullMinutes >= outage.fullMinutes && isFull(at, blocks);
  const isPartialNow = own.partialMinutes >= outage.partialMinutes && isPartial(at, blocks);
  const incident = at.book.get(own.incidentId) as GroupIncident | undefined;
  if (incident !== undefined) follow(at, own, incident, isFullNow);
  else if (isFullNow) open(at, own, 'outageFull');
  else if (isPartialNow) open(at, own, 'outagePartial');
}

const visibleShare = ({ members, family }: GroupCase, gone: number): number =>
  1 - gone / members.totalBlocks[family];
const isFull = (at: GroupCase, gone: number): boolean => visibleShare(at, gone) <= outage.fullShare;
const isPartial = (at: GroupCase, gone: number): boolean => visibleShare(at, gone) <= outage.partialShare;

function open(at: GroupCase, own: GroupFamilyState, kind: GroupIncident['kind']): void {
  const { group, family, loss, members, now, book } = at;
  const { startSecond } = loss.facts(false);
  const sort = family === 'ipv4' ? 'outage' : 'outage-ipv6';
  const begin = { group, sort, kind, startSecond, openedSecond: now.eventSecond, lastId: own.lastId };
  const incident: GroupIncident = {
    type: 'group',
    ...begunIncident(begin, book),
    family,
    peakBlocks: 0,
    blocks: 0,
    lostNow: 0,
    totalBlocks: members.totalBlocks[family],
  };
  own.incidentId = incident.id;
  own.lastId = incident.id;
  own.wellMinutes = 0;
  own.notFullMinutes = 0;
  describe(at, incident, false);
  book.open(incident);
}

function follow(at: GroupCase, own: GroupFamilyState, incident: GroupIncident, isFullNow: boolean): void {
  const { loss, now, book } = at;
  // A beat may be recognised while it lasts: it stays what it is told as, until it is over.
  const gone = loss.blocksWithFlaps;
  const visible = visibleShare(at, gone);
  const isBack = visible >= (incident.kind === 'outageFull' ? outage.fullEndShare : outage.partialEndShare);
  if (isBack) {
    if (own.wellMinutes === 0) own.wellSecond = firstSecondOf(now.minute);
    if (++own.wellMinutes < outage.endMinutes) return;
    // Its members were taken off the table: it never came back.
    const isExpired = isPartial(at, loss.blocksWithStanding);
    own.incidentId = undefined;
    if (isExpired) book.close(incident, now.eventSecond, 'expired');
    else book.close(incident, Math.max(own.wellSecond, ...endsOf(incident, book)), 'recovered');
    return;
  }
  own.wellMinutes = 0;
  own.notFullMinutes = incident.kind === 'outageFull' && !isFull(at, gone) ? own.notFullMinutes + 1 : 0;
  if (incident.kind === 'outagePartial' && isFullNow)
    changeKind(at, incident, 'outageFull', loss.facts(false).startSecond);
  else if (own.notFullMinutes >= outage.noLongerFullMinutes)
    changeKind(at, incident, 'outagePartial', now.eventSecond - 60 * outage.noLongerFullMinutes);
  describe(at, incident, true);
}

/** Members that are back since this minute say it to the second. */
const endsOf = ({ linked }: GroupIncident, book: IncidentBook): EventSecond[] =>
  linked.flatMap((id) => book.get(id)?.ended?.second ?? []);

function changeKind(
  { book }: GroupCase,
  incident: GroupIncident,
  kind: GroupIncident['kind'],
  second: EventSecond,
): void {
  incident.kind = kind;
  changePhase(incident, kind, Math.max(second, incident.startSecond));
  book.update(incident);
}

/** What is known of it by now. People are told when other members, or another severity, come to it. */
function describe(at: GroupCase, incident: GroupIncident, withFlaps: boolean): void {
  const { family, loss, now, book, score, basis } = at;
  const facts = loss.facts(withFlaps);
  const blocks = withFlaps ? loss.blocksWithFlaps : loss.blocks;
  const { evidence } = incident;
  const members = [...new Set([...evidence.members, ...facts.ases.map((asn) => `as:${asn}`)])];
  incident.blocks = blocks;
  incident.lostNow = facts.prefixCount;
  incident.peakBlocks = Math.max(incident.peakBlocks, blocks);
  incident.prefixCount = Math.max(incident.prefixCount, facts.prefixCount);
  incident.prefixes = [...new Set([...incident.prefixes, ...facts.prefixes])]
    .sort()
    .slice(0, limits.prefixesSent);
  const threshold = incident.kind === 'outageFull' ? outage.fullShare : outage.partialShare;
  const unit = family === 'ipv4' ? '/24' : '/48';
  incident.evidence = {
    ...evidence,
    ...(facts.by === undefined ? {} : countFacts(facts.by)),
    rule: incident.kind === 'outageFull' ? fullRule : partialRule,
    measures: [
      { name: 'visible share of the address space', value: visibleShare(at, blocks), threshold },
      { name: `lost address space in ${unit}`, value: incident.peakBlocks, threshold: 0 },
      { name: `address space of the group in ${unit}`, value: incident.totalBlocks, threshold: 0 },
      { name: 'score of the group', value: score, threshold: 0 },
    ],
    upstreamAs: facts.upstreamAs || evidence.upstreamAs,
    viaAses: evidence.viaAses.length > 0 ? evidence.viaAses : facts.viaAses,
    members: members.slice(0, limits.membersKept),
    expectedBasis: basis,
  };
  if (incident.evidence.members.length > evidence.members.length) book.update(incident);
  for (const member of facts.outages) {
    if (incident.linked.length >= limits.linksKept || !link(incident, member.id)) continue;
    link(member, incident.id);
    book.update(incident);
    book.update(member);
  }
  const severity = groupSeverity(incident, facts, now.eventSecond);
  if (severity === incident.severity) return;
  incident.severity = severity;
  book.update(incident);
}

const fullRule = `visible share of the address space of all members <= ${outage.fullShare} for ${outage.fullMinutes} minutes in a row`;
const partialRule = `visible share of the address space of all members <= ${outage.partialShare} for ${outage.partialMinutes} minutes in a row`;
