import type { Anomaly } from '../contract/anomalies.ts';
import type {
  AsScore,
  AsScores,
  Beat,
  ScoredEvent,
  TransitScore,
  Visibility,
} from '../contract/as-scores.ts';
import { type EventMinute, type EventSecond, minuteOf, parseSecond } from '../event-time.ts';
import type { WatchFile } from '../group/watch-file.ts';
import type { Family } from '../prefix.ts';
import { AnomalyDetector } from './anomaly-detector.ts';

/** For tests: what a scorer would send if these were the only ASes, and the beats in force were said to it. */
export interface Script {
  readonly from: EventSecond;
  readonly until: EventSecond;
  readonly ases: readonly ScriptedAs[];
  readonly transits?: readonly { readonly second: EventSecond; readonly score: TransitScore }[];
  readonly frozen?: readonly {
    readonly family: Family;
    readonly from: EventSecond;
    readonly until: EventSecond;
  }[];
}

export interface ScriptedAs {
  readonly originAs: number;
  /** Prefixes that are expected, by family; `seen` later: how many from then on. */
  readonly ipv4: readonly string[];
  readonly ipv6?: readonly string[];
  readonly grows?: { readonly at: EventSecond; readonly expected: number };
  readonly wholeTable?: boolean;
  readonly upstreamAs?: number;
  readonly viaAses?: readonly number[];
  /** Of all prefixes together, in /24. */
  readonly blocks?: number;
  readonly losses: readonly Loss[];
  /** Says the score of a minute; undefined where it is quiet. */
  readonly score?: (minute: EventMinute) => ScriptedScore | undefined;
}

export interface Loss {
  readonly from: EventSecond;
  /** Absent if it lasts. */
  readonly until?: EventSecond;
  readonly prefixes: readonly string[];
  /** A less specific prefix stays. */
  readonly covered?: boolean;
  /** How many of 40 peers lack each of them, where it is not 38; said when it changes. */
  readonly lostBy?: (minute: EventMinute) => number;
  /** It ends because the prefixes move to this AS. */
  readonly movedTo?: number;
}

export type ScriptedScore = Partial<Pick<AsScore, 'score' | 'surprise' | 'burst'>> & {
  readonly beat?: Partial<Beat>;
};

export const at = (text: string): EventSecond => parseSecond(text)!;

export const prefixesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${Math.floor(i / 256)}.${i % 256}.0/24`);

/** What the detector says of a script. */
export function detect(script: Script, watchFile?: WatchFile): Anomaly[] {
  const detector = new AnomalyDetector(watchFile);
  const anomalies: Anomaly[] = [];
  for (const input of scoresOf(script)) detector.apply(input, (anomaly) => anomalies.push(anomaly));
  return anomalies;
}

export function scoresOf(script: Script): AsScores[] {
  const outputs: AsScores[] = [];
  for (let eventMinute = minuteOf(script.from); eventMinute < minuteOf(script.until); eventMinute++) {
    for (const as of script.ases) {
      const value = scoreOf(as, eventMinute);
      if (value !== undefined) outputs.push({ eventMinute, content: { case: 'score', value } });
    }
    for (const { second, score } of script.transits ?? []) {
      if (minuteOf(second) === eventMinute)
        outputs.push({ eventMinute, content: { case: 'transit', value: score } });
    }
    const isFrozen = (family: Family): boolean =>
      (script.frozen ?? []).some(
        (one) =>
          one.family === family && minuteOf(one.from) <= eventMinute && eventMinute < minuteOf(one.until),
      );
    outputs.push({
      eventMinute,
      content: {
        case: 'heartbeat',
        value: {
          activeOrigins: 0,
          unstableOrigins: 0,
          storm: false,
          ipv4Frozen: isFrozen('ipv4'),
          ipv6Frozen: isFrozen('ipv6'),
        },
      },
    });
  }
  return outputs;
}

function scoreOf(as: ScriptedAs, minute: EventMinute): AsScore | undefined {
  const events = as.losses
    .flatMap((loss) => eventsOf(loss, minute))
    .sort((a, b) => a.eventSecond - b.eventSecond);
  const scripted = as.score?.(minute);
  const grows = as.grows !== undefined && minuteOf(as.grows.at) === minute;
  const recounted = as.losses.some(({ lostBy }) => lostBy?.(minute) !== lostBy?.(minute - 1));
  if (events.length === 0 && scripted === undefined && !grows && !recounted) return undefined;
  return {
    originAs: as.originAs,
    score: 0,
    surprise: 0,
    burst: { z: 0, events: 0 },
    ...scripted,
    beat: { ...noBeat, ...scripted?.beat },
    ipv4: visibilityOf(as, 'ipv4', minute),
    ipv6: visibilityOf(as, 'ipv6', minute),
    events: events.slice(0, 64),
    eventCount: events.length,
  };
}

function eventsOf(
  { from, until, prefixes, covered = false, movedTo = 0 }: Loss,
  minute: EventMinute,
): ScoredEvent[] {
  const events = (kind: 'down' | 'up' | 'origin', eventSecond: EventSecond): ScoredEvent[] =>
    prefixes.map((prefix) => ({
      ...fullView,
      kind,
      prefix,
      eventSecond,
      covered,
      newOriginAs: movedTo,
      peers: kind === 'down' ? 38 : 4,
    }));
  return [
    ...(minuteOf(from) === minute ? events('down', from) : []),
    ...(until !== undefined && minuteOf(until) === minute
      ? events(movedTo === 0 ? 'up' : 'origin', until)
      : []),
  ];
}

function visibilityOf(as: ScriptedAs, family: Family, minute: EventMinute): Visibility {
  const end = minute * 60 + 59;
  const isOfFamily = (prefix: string): boolean => prefix.includes(':') === (family === 'ipv6');
  const inFamily = (losses: readonly Loss[]) =>
    losses.flatMap(({ from, prefixes, lostBy }) =>
      prefixes.filter(isOfFamily).map((prefix) => ({ prefix, from, lostBy })),
    );
  const out = as.losses.filter(({ from, until }) => from <= end && (until === undefined || until > end));
  const lost = inFamily(out.filter(({ covered }) => covered !== true));
  const covered = inFamily(out).length - lost.length;
  const moved = inFamily(
    as.losses.filter(({ movedTo, until }) => movedTo !== undefined && until! <= end),
  ).length;
  const grown = as.grows !== undefined && minuteOf(as.grows.at) <= minute ? as.grows.expected : 0;
  const expected = (family === 'ipv4' ? Math.max(as.ipv4.length, grown) : (as.ipv6?.length ?? 0)) - moved;
  const seconds = lost.map(({ from }) => from);
  const firstLost = seconds.length === 0 ? 0 : Math.min(...seconds);
  const returned = as.losses.map(({ until }) => until ?? 0).filter((until) => until <= end);
  return {
    expected,
    visible: expected - lost.length,
    lost: lost.length,
    covered,
    wholeTable: as.wholeTable ?? true,
    firstLostSecond: firstLost,
    lastLostSecond: Math.max(0, ...seconds),
    lastReturnedSecond: Math.max(0, ...returned),
    clusterSize: lost.length,
    clusterFirstSecond: firstLost,
    lostPrefixes: lost
      .map(({ prefix }) => prefix)
      .sort()
      .slice(0, 64),
    lostBlocks: expected === 0 ? 0 : Math.ceil(((as.blocks ?? expected) * lost.length) / expected),
    viaAses: as.viaAses ?? [],
    upstreamAs: as.upstreamAs ?? 0,
    lostBy: lost
      .map(({ prefix, lostBy }) => ({ prefix, counts: { ...counts, peers: lostBy?.(minute) ?? 38 } }))
      .sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
      .map(({ counts }) => counts)
      .slice(0, 64),
  };
}

const counts = { livePeers: 40, peerAses: 34, livePeerAses: 36 };

const fullView = {
  ...counts,
  peersFor: ['rrc00 192.0.2.1 AS64501'],
  peersAgainst: ['rrc00 192.0.2.2 AS64502'],
};

const noBeat: Beat = {
  events: 0,
  activeQuarters: 0,
  activeHours: 0,
  spanMinutes: 0,
  longestGapMinutes: 0,
  onsetSecond: 0,
  lastEventSecond: 0,
  evenness: 0,
  burstiness: 0,
  periodicity: [0, 0, 0, 0, 0, 0],
  rateRatio: 0,
  prefixes: [],
  prefixCount: 0,
  upstreamAs: 0,
  heardPrefixes: 4,
  wide: true,
  byProbes: false,
};
