import type { ProbeResult, ProbeResults } from '#core/contract/probe-results.ts';
import { type EventMinute, type EventSecond, minuteOf } from '#core/event-time.ts';
import { drawSecond, drawSeconds, secondOf } from './draw.ts';
import { Random } from './random.ts';
import type { ProbesSpec, ProbeTrouble } from './scenario.ts';
import type { TruthLoss } from './timeline.ts';
import type { Topology } from './topology.ts';

/** What the probers of a scenario saw. */
export interface ProbeFeed {
  /** When an AS was out by probes, whatever its routes: what a detector is judged by. */
  readonly losses: readonly TruthLoss[];
  /** Records of probe.results, made while they are read; the same each time. */
  records(): Generator<ProbeResults>;
}

interface Host {
  readonly address: string;
  readonly originAs: number;
  readonly prefix: string;
  /** The second of the minute in which it is asked. */
  readonly offset: number;
}

/** Of packets between two times, to an AS or from a prober, this share is lost. */
interface Loss {
  readonly from: EventSecond;
  readonly until: EventSecond;
  readonly share: number;
}

/** A probe sends so many packets; one that comes back is a reply. */
const packets = 3;
const usualLoss = 0.02;
const rttMicroseconds = [20_000, 300_000] as const;
const source = 'prober:scenario';

export function probeFeed(
  spec: ProbesSpec,
  topology: Topology,
  losses: readonly TruthLoss[],
  seed: number,
): ProbeFeed {
  const random = new Random(seed, 'probes');
  const hosts = drawHosts(spec, topology, random);
  const troubles = drawTroubles(spec, random);
  const lost = lossesByPrefix(losses, troubles.byAs, topology);
  const probers = Array.from({ length: spec.probers }, (_, i) => ({
    name: `${source}-${i + 1}`,
    cutOff: troubles.uplink.filter(({ prober }) => prober === undefined || prober === i),
  }));
  return {
    losses: troubles.truth,
    *records() {
      const packetLuck = new Random(seed, 'packets');
      const first = minuteOf(secondOf(spec.from));
      const last = minuteOf(secondOf(spec.until)) - 1;
      yield { source, eventMinute: first, content: { case: 'sourceOpened', live: false } };
      for (let eventMinute = first; eventMinute <= last; eventMinute++) {
        const results = probers.flatMap(({ name, cutOff }) =>
          hosts.map((host) =>
            ask(host, name, eventMinute, [cutOff, lost.get(host.prefix) ?? []], packetLuck),
          ),
        );
        yield { source, eventMinute, content: { case: 'batch', results } };
        yield { source, eventMinute, content: { case: 'tick' } };
      }
      yield { source, eventMinute: last, content: { case: 'endOfSource' } };
    },
  };
}

function ask(
  { address, originAs, offset }: Host,
  prober: string,
  minute: EventMinute,
  losses: readonly (readonly Loss[])[],
  random: Random,
): ProbeResult {
  const eventSecond = minute * 60 + offset;
  let share = usualLoss;
  for (const some of losses)
    for (const loss of some)
      if (loss.from <= eventSecond && eventSecond < loss.until) share = Math.max(share, loss.share);
  const replied = !random.chance(share ** packets);
  return {
    kind: 'ping',
    prober,
    targetAddress: address,
    originAs,
    eventSecond,
    outcome: replied ? 'reply' : 'noReply',
    rttMicroseconds: replied ? random.integer(...rttMicroseconds) : 0,
    controller: '',
    detail: '',
  };
}

function drawHosts(
  { asns, hostsByPrefix, references }: ProbesSpec,
  topology: Topology,
  random: Random,
): Host[] {
  const hostsIn = (originAs: number, prefix: string, count: number): Host[] =>
    Array.from({ length: count }, (_, i) => ({
      address: `${prefix.slice(0, prefix.lastIndexOf('.'))}.${i + 1}`,
      originAs,
      prefix,
      offset: random.integer(0, 59),
    }));
  const ipv4Of = (origin: Topology['origins'][number]): string[] =>
    origin.prefixes.map((index) => topology.prefixes[index]!.text).filter((text) => !text.includes(':'));
  const watched = topology.origins.filter(({ asn }) => asns.includes(asn));
  const others = topology.origins.filter((origin) => origin.isBackground && ipv4Of(origin).length > 0);
  return [
    ...watched.flatMap((origin) =>
      ipv4Of(origin).flatMap((prefix) => hostsIn(origin.asn, prefix, hostsByPrefix)),
    ),
    ...random.sample(others, references).flatMap((origin) => hostsIn(origin.asn, ipv4Of(origin)[0]!, 1)),
  ];
}

interface Troubles {
  readonly byAs: ReadonlyMap<number, readonly Loss[]>;
  /** `prober` undefined: all of them. */
  readonly uplink: readonly (Loss & { readonly prober: number | undefined })[];
  readonly truth: readonly TruthLoss[];
}

function drawTroubles({ troubles, probers }: ProbesSpec, random: Random): Troubles {
  const byAs = new Map<number, Loss[]>();
  const uplink: (Loss & { readonly prober: number | undefined })[] = [];
  const truth: TruthLoss[] = [];
  for (const trouble of troubles) {
    if (trouble.trouble === 'uplink') {
      const prober = trouble.probers === 'all' ? undefined : random.integer(0, probers - 1);
      uplink.push({
        from: drawSecond(trouble.from, random),
        until: drawSecond(trouble.until, random),
        share: 1,
        prober,
      });
      continue;
    }
    const { asn, cause } = trouble;
    const drawn = trouble.trouble === 'train' ? drawTrain(trouble, random) : [drawLoss(trouble, random)];
    byAs.set(asn, [...(byAs.get(asn) ?? []), ...drawn]);
    for (const { from, until } of drawn)
      truth.push({ cause, originAs: asn, prefixes: [], isWhole: true, startSecond: from, endSecond: until });
  }
  return { byAs, uplink, truth };
}

const drawLoss = (
  { from, until, share }: Extract<ProbeTrouble, { trouble: 'loss' }>,
  random: Random,
): Loss => ({
  from: drawSecond(from, random),
  until: drawSecond(until, random),
  share: share[0] + (share[1] - share[0]) * random.unit(),
});

function drawTrain(
  { from, until, gapMinutes, downMinutes }: Extract<ProbeTrouble, { trouble: 'train' }>,
  random: Random,
): Loss[] {
  const losses: Loss[] = [];
  for (let start = secondOf(from); ; ) {
    start += drawSeconds(gapMinutes, random);
    const end = start + drawSeconds(downMinutes, random);
    if (end > secondOf(until)) return losses;
    losses.push({ from: start, until: end, share: 1 });
    start = end;
  }
}

/** A host in a prefix that is lost gets nothing, and neither does one in an AS in trouble. */
function lossesByPrefix(
  losses: readonly TruthLoss[],
  troubles: ReadonlyMap<number, readonly Loss[]>,
  { origins, prefixes }: Topology,
): ReadonlyMap<string, readonly Loss[]> {
  const byPrefix = new Map<string, Loss[]>();
  const add = (prefix: string, loss: Loss): void => {
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), loss]);
  };
  for (const { prefixes: lost, startSecond, endSecond } of losses)
    for (const prefix of lost) add(prefix, { from: startSecond, until: endSecond, share: 1 });
  for (const origin of origins)
    for (const loss of troubles.get(origin.asn) ?? [])
      for (const index of origin.prefixes) add(prefixes[index]!.text, loss);
  return byPrefix;
}
