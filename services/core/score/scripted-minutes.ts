import { blockPartition } from '../block.ts';
import type { AsMinutes, Denominator, ExpectedDelta, PrefixEvent } from '../contract/as-minutes.ts';
import type { AsScore, AsScores, Heartbeat, TransitScore } from '../contract/as-scores.ts';
import { type EventMinute, minuteOf } from '../event-time.ts';
import { InstabilityScorer } from './instability-scorer.ts';
import { familyOf, parsePrefix } from './prefix-space.ts';

/** For tests: the records that address blocks would send if these were the only events. */
export interface Script {
  /** The first minute and the one after the last. */
  readonly from: EventMinute;
  readonly until: EventMinute;
  /** In force from the first minute on. */
  readonly expected: readonly ExpectedDelta[];
  readonly events: readonly PrefixEvent[];
}

export const allLive: Denominator = {
  livePeers: 40,
  livePeerAses: 36,
  collectors: 6,
  maskedPeers: 0,
  frozen: false,
  wholeTable: true,
};

/** So many more prefixes of the AS are expected, all of them named by peers. */
export const expecting = (originAs: number, ipv4: number, ipv6: number): ExpectedDelta => ({
  originAs,
  ipv4,
  ipv6,
  heardIpv4: ipv4,
  heardIpv6: ipv6,
});

/** An event of an expected, uncovered prefix that all but two of 40 peers agree on. */
export function prefixEvent(
  event: Pick<PrefixEvent, 'kind' | 'originAs' | 'prefix' | 'eventSecond'> & Partial<PrefixEvent>,
): PrefixEvent {
  return {
    covered: false,
    expected: true,
    peers: 38,
    livePeers: 40,
    peerAses: 34,
    livePeerAses: 36,
    viaAses: [],
    newOriginAs: 0,
    upstreamAs: 0,
    peersFor: [],
    peersAgainst: [],
    ...event,
  };
}

/** All records, minute by minute and in each by block. */
export function minutesOf(script: Script, blockPartitions: number): AsMinutes[] {
  const byMinute = new Map<EventMinute, PrefixEvent[]>();
  for (const event of script.events) {
    const minute = minuteOf(event.eventSecond);
    byMinute.set(minute, [...(byMinute.get(minute) ?? []), event]);
  }
  const minutes: AsMinutes[] = [];
  for (let eventMinute = script.from; eventMinute < script.until; eventMinute++) {
    const events = byMinute.get(eventMinute) ?? [];
    for (let block = 0; block < blockPartitions; block++) {
      minutes.push({
        block,
        blockPartitions,
        eventMinute,
        events: events.filter((event) => blockOf(event.prefix, blockPartitions) === block).sort(byOrigin),
        expected: eventMinute === script.from && block === 0 ? script.expected : [],
        ipv4: allLive,
        ipv6: allLive,
      });
    }
  }
  return minutes;
}

/** The order in which a block sends events; the sort is stable. */
const byOrigin = (a: PrefixEvent, b: PrefixEvent): number =>
  a.originAs - b.originAs ||
  (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : a.eventSecond - b.eventSecond);

const blockOf = (prefix: string, partitions: number): number =>
  blockPartition(familyOf(prefix), parsePrefix(prefix).words[0]!, partitions);

/** Quarter-hours and days begin with it. */
export const from = 96 * 15 * 1000;
export const second = (minute: number, offset = 0): number => (from + minute) * 60 + offset;

export function run(records: readonly AsMinutes[], scorer = new InstabilityScorer()): AsScores[] {
  const outputs: AsScores[] = [];
  for (const record of records) scorer.apply(record, (output) => outputs.push(output));
  return outputs;
}

export const scoresOf = (outputs: readonly AsScores[], originAs: number): (AsScore & { minute: number })[] =>
  outputs.flatMap(({ eventMinute, content }) =>
    content.case === 'score' && content.value.originAs === originAs
      ? [{ ...content.value, minute: eventMinute - from }]
      : [],
  );
export const heartbeatsOf = (outputs: readonly AsScores[]): Heartbeat[] =>
  outputs.flatMap(({ content }) => (content.case === 'heartbeat' ? [content.value] : []));
export const transitsOf = (outputs: readonly AsScores[]): TransitScore[] =>
  outputs.flatMap(({ content }) => (content.case === 'transit' ? [content.value] : []));
