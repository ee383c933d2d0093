import type { Severity } from '#core/contract/anomalies.ts';
import type { AsReach } from '#core/contract/as-reach.ts';
import { emptyVisibility } from '#runtime/codec/visibility.ts';
import { ExporterWorld } from './exporter-world.ts';

export const activeAses = 80_000;
export const openIncidents = 8_000;
const watchedAses = 500;

const severities: readonly Severity[] = ['info', 'notice', 'warning', 'critical'];
/** Probers ask of every AS that is watched. */
const reach: Omit<AsReach, 'originAs'> = {
  state: 'up',
  sinceSecond: 0,
  logOdds: -5,
  targets: 10,
  replying: 9,
  probers: 1,
  changed: false,
  disconnectedProbes: 0,
  knownProbes: 0,
  disconnectedSecond: 0,
};
const ipv4 = { ...emptyVisibility(), expected: 400, visible: 300, lost: 100 };

/** An exporter that watches 500 ASes while something happens to every AS of the table, with as many incidents of each severity. */
export async function fullTable(): Promise<ExporterWorld> {
  const watchList = Array.from({ length: watchedAses }, (_, i) => i + 1);
  // As many countries as there can be.
  const countryOf = (asn: number) => String.fromCharCode(65 + (asn % 26), 65 + (Math.floor(asn / 26) % 26));
  const world = new ExporterWorld({ watchList, countryOf });
  await world.open();
  const inAMinute = activeAses / 10;
  for (let minute = 0; minute < 10; minute++) {
    const scores = Array.from({ length: inAMinute }, (_, i) => {
      const originAs = minute * inAMinute + i + 1;
      const score = { originAs, score: originAs / activeAses, surprise: originAs / 4000, ipv4, ipv6: ipv4 };
      return originAs <= watchedAses ? { ...score, reach: { ...reach, originAs } } : score;
    });
    await world.minute(29_999_988 + minute, scores);
  }
  for (let i = 0; i < openIncidents; i++) {
    const originAs = 4_200_000_000 + i;
    const incidentId = `as${originAs}-outage-20141222T1615Z`;
    const severity = severities[i % severities.length]!;
    await world.anomaly({ incidentId, subject: `as:${originAs}`, originAs, severity });
  }
  await world.start();
  return world;
}
