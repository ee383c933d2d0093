import type { EventSecond } from '#core/event-time.ts';
import { drawSecond, drawSeconds, secondOf } from './draw.ts';
import type { Random } from './random.ts';
import type { Beacons, Blips, FlapTrain, Loss } from './scenario.ts';
import type { Timeline } from './timeline.ts';
import { carries, ghostPath, type OriginPrefix, type Peer } from './topology.ts';

/** A peer misses a withdrawal with this probability (Fontugne et al. 2019), by family. */
const zombieProbability = { ipv4: 0.018, ipv6: 0.027 } as const;
/** Seconds from the loss to a peer's withdrawal, and from the return to its announcement. */
const withdrawLagSeconds = [5, 90] as const;
const announceLagSeconds = [10, 60] as const;
/** The long tail of a large withdrawal: lognormal, nobody later than 10 minutes. */
const longTail = { medianSeconds: 60, sigma: 0.9, capSeconds: 600 } as const;
const maxGhostPaths = 3;

interface DrawnLoss {
  readonly cause: string;
  readonly prefixes: readonly OriginPrefix[];
  readonly start: EventSecond;
  readonly end: EventSecond;
  /** Draws for one peer: seconds to its withdrawal, and to its announcement. */
  readonly withdrawLag: () => number;
  readonly announceLag: () => number;
}

export function expandLoss(timeline: Timeline, event: Loss, random: Random): void {
  const prefixes = timeline.prefixesOf(timeline.origin(event.asn), event.prefixes);
  for (let day = 0; day < (event.days ?? 1); day++) {
    const start = drawSecond(event.from, random) + day * 86_400;
    const { until } = event;
    const end =
      typeof until === 'object' && 'minutes' in until
        ? start + drawSeconds(until.minutes, random)
        : drawSecond(until, random) + day * 86_400;
    const { medianSeconds, sigma, capSeconds } = longTail;
    addLoss(timeline, random, {
      cause: event.cause,
      prefixes,
      start,
      end,
      ...usualLags(random),
      ...(event.convergence === 'long tail' && {
        withdrawLag: () => Math.round(Math.min(capSeconds, random.lognormal(medianSeconds, sigma))),
      }),
    });
  }
}

export function expandFlapTrain(timeline: Timeline, event: FlapTrain, random: Random): void {
  if (!random.chance(event.probability ?? 1)) return;
  const all = timeline.prefixesOf(timeline.origin(event.asn));
  const from = drawSecond(event.from, random);
  const until = secondOf(event.until);
  const { lagSeconds } = event;
  const lags =
    lagSeconds === undefined
      ? usualLags(random)
      : {
          withdrawLag: () => random.integer(1, lagSeconds),
          announceLag: () => random.integer(1, lagSeconds),
        };
  let start = from;
  for (let flap = 0; flap < (event.flaps ?? Number.POSITIVE_INFINITY); flap++) {
    const progress = Math.min(1, (start - from) / (until - from));
    const median = between(event.medianDownMinutes, progress);
    const down = Math.min(event.downCapMinutes, random.lognormal(median, event.downSigma)) * 60;
    const end = Math.min(
      until - slowestReturnSeconds,
      start + Math.max(shortestFlapSeconds, Math.round(down)),
    );
    if (end - start < shortestFlapSeconds) return;
    const isWhole = all.length === 1 || random.chance(event.wholeShare);
    const prefixes = isWhole ? all : random.sample(all, random.integer(1, all.length - 1));
    addLoss(timeline, random, { cause: event.cause, prefixes, start, end, ...lags });
    const gap =
      event.gap.case === 'uniform'
        ? drawSeconds(event.gap.minutes, random)
        : random.exponential(between(event.gap.meanMinutes, progress)) * 60;
    start = end + Math.max(slowestReturnSeconds, Math.round(gap));
  }
}

/** A flap shorter than this is none: no peer would notice. A train ends so long before its end that all is announced again by then. */
const shortestFlapSeconds = 20;
const slowestReturnSeconds = 60;

export function expandBlips(timeline: Timeline, event: Blips, random: Random): void {
  const from = secondOf(event.from);
  const slot = Math.floor((secondOf(event.until) - from) / event.count);
  const candidates =
    event.asn === 'background'
      ? random.sample(
          timeline.topology.origins.filter((origin) => origin.isBackground),
          event.count,
        )
      : Array.from({ length: event.count }, () => timeline.origin(event.asn as number));
  for (const [index, origin] of candidates.entries()) {
    const start = from + index * slot + random.integer(0, Math.floor(slot / 2));
    const end = start + drawSeconds(event.minutes, random);
    const prefixes = timeline.prefixesOf(origin);
    addLoss(timeline, random, { cause: 'blip', prefixes, start, end, ...usualLags(random) });
  }
}

export function expandBeacons(timeline: Timeline, event: Beacons, random: Random): void {
  const prefixes = timeline.prefixesOf(timeline.origin(event.asn), event.prefixes);
  const cycle = 4 * 3600;
  const firstCycle = Math.floor(timeline.fromSecond / cycle) + 1;
  for (let start = firstCycle * cycle + cycle / 2; start + cycle / 2 < timeline.untilSecond; start += cycle) {
    addLoss(timeline, random, {
      cause: 'beacon',
      prefixes,
      start,
      end: start + cycle / 2,
      ...usualLags(random),
    });
  }
}

const usualLags = (random: Random) => ({
  withdrawLag: () => random.integer(...withdrawLagSeconds),
  announceLag: () => random.integer(...announceLagSeconds),
});

/** From a at progress 0 to b at 1, geometrically. */
const between = ([a, b]: readonly [number, number], progress: number): number => a * (b / a) ** progress;

function addLoss(timeline: Timeline, random: Random, loss: DrawnLoss): void {
  const origin = loss.prefixes[0]!.origin;
  timeline.addLoss({
    cause: loss.cause,
    originAs: origin.asn,
    prefixes: loss.prefixes.map((prefix) => prefix.text).sort(),
    isWhole: loss.prefixes.length === origin.prefixes.length,
    startSecond: loss.start,
    endSecond: loss.end,
  });
  for (const peer of timeline.topology.peers) {
    for (const family of peer.families) {
      const prefixes = loss.prefixes
        .filter((prefix) => prefix.family === family && carries(peer, prefix))
        .map((prefix) => prefix.index);
      const isZombie = random.chance(zombieProbability[family]);
      if (prefixes.length > 0 && !isZombie) losePeerRoutes(timeline, random, loss, peer, prefixes);
    }
  }
}

/** Up to three longer paths, then the withdrawal, then the return. A peer slower than the loss is short never notices. */
function losePeerRoutes(
  timeline: Timeline,
  random: Random,
  loss: DrawnLoss,
  peer: Peer,
  prefixes: readonly number[],
): void {
  const withdrawn = loss.start + loss.withdrawLag();
  const returned = loss.end + loss.announceLag();
  if (withdrawn >= returned) return;
  const origin = loss.prefixes[0]!.origin;
  const ghosts = random.integer(0, maxGhostPaths);
  for (let depth = 0; depth < ghosts; depth++) {
    const second = loss.start + Math.floor(((withdrawn - loss.start) * (depth + 1)) / (ghosts + 1));
    timeline.add({ second, peer, action: 'explore', prefixes, path: ghostPath(peer, origin, depth) });
  }
  timeline.add({ second: withdrawn, peer, action: 'withdraw', prefixes });
  timeline.add({ second: returned, peer, action: 'return', prefixes });
}
