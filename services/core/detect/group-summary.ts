import type { EventSecond } from '../event-time.ts';
import type { GroupBeatIncident, GroupIncident } from './incident.ts';
import { beatNouns, behind, duration, plural, time } from './summary-text.ts';

export function groupSentence(incident: GroupIncident, isClosed: boolean, eventSecond: EventSecond): string {
  const { family, startSecond, ended, prefixCount, evidence, totalBlocks } = incident;
  const gone = isClosed ? incident.peakBlocks : incident.blocks;
  const isAll = gone >= totalBlocks;
  const networks = plural(
    isClosed ? prefixCount : incident.lostNow,
    family === 'ipv4' ? 'network' : 'IPv6 network',
  );
  const unit = family === 'ipv4' ? '/24' : '/48';
  const percent = isAll ? '' : ` (${Math.floor((100 * gone) / totalBlocks)} %)`;
  const end = isClosed ? ended!.second : eventSecond;
  const span = `${duration(end - startSecond)}, from ${time(startSecond)} to ${time(end)}`;
  return [
    `${groupName(incident)}: ${isAll ? `all ${networks}` : networks} ${isClosed ? `gone for ${span}` : `gone since ${time(startSecond)}`}`,
    `${gone} of ${totalBlocks} ${unit}${percent}`,
    `of ${whose(incident)}`,
    ...behind(evidence.upstreamAs),
    ...(ended?.reason === 'expired' ? ['never came back: taken off the table'] : []),
    ...(ended?.reason === 'retracted' ? ['no longer watched: retracted'] : []),
  ].join(', ');
}

export function groupBeatSentence(incident: GroupBeatIncident, isClosed: boolean): string {
  const { kind, startSecond, prefixCount, peakShare, evidence, ended } = incident;
  const span = isClosed
    ? `over after ${duration(ended!.second - startSecond)}, from ${time(startSecond)} to ${time(ended!.second)}`
    : `since ${time(startSecond)}`;
  const share = peakShare >= 1 ? 'all' : `${Math.floor(100 * peakShare)} %`;
  return [
    `${groupName(incident)}: ${beatNouns[kind]} ${span}`,
    `${plural(prefixCount, 'network')} of ${whose(incident)} came and went`,
    `${share} of the group by address space`,
    ...behind(evidence.upstreamAs),
    ...(ended?.reason === 'retracted' ? ['no longer watched: retracted'] : []),
  ].join(', ');
}

/** "North Korea (KP)". */
function groupName({ subject, title }: GroupIncident | GroupBeatIncident): string {
  const name = subject.slice('group:'.length);
  return title === '' ? name : `${title} (${name})`;
}

/** "3 ASes"; of a single one its number. */
function whose({ evidence: { members } }: GroupIncident | GroupBeatIncident): string {
  return members.length > 1 ? `${members.length} ASes` : `AS${members[0]?.slice('as:'.length)}`;
}
