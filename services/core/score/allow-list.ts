/**
 * Prefixes that flap on purpose, so that nobody is unstable because of them.
 *
 * RIPE NCC RIS beacons and anchors (ris.ripe.net/docs/routing-beacons and .../historical-routing-beacons): beacons go up
 * at 00, 04, 08, 12, 16, 20 and down at 02, 06, 10, 14, 18, 22 UTC; anchors stay. All are originated by AS12654:
 * 84.205.64-95.0/24, 93.175.144-159.0/24, 195.80.224-239.0/24 (until 2004) and /48s in 2001:7fb::/32.
 *
 * PSG beacons (Mao, Bush, Griffin, Roughan, "BGP Beacons", IMC 2003): one prefix in each of four ASes. The addresses have
 * other holders today, so they count as beacons only where those four ASes originate them.
 */
const risOrigin = 12654;
const risIpv6 = '2001:7fb:';
const risIpv4 = new Set([
  ...slash24s('84.205', 64, 95),
  ...slash24s('93.175', 144, 159),
  ...slash24s('195.80', 224, 239),
]);
const psgPrefix = new Map([
  [5637, '192.135.183.0/24'],
  [3944, '198.32.7.0/24'],
  [3130, '198.133.206.0/24'],
  [1221, '203.10.63.0/24'],
]);

/** True for a beacon, an anchor, and whatever else the AS of the RIS collectors originates. */
export function isExperiment(originAs: number, prefix: string): boolean {
  return (
    originAs === risOrigin ||
    risIpv4.has(prefix) ||
    prefix.startsWith(risIpv6) ||
    psgPrefix.get(originAs) === prefix
  );
}

/** True for an AS that originates experiments and nothing else. */
export const isExperimentOrigin = (originAs: number): boolean => originAs === risOrigin;

function slash24s(firstTwoOctets: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${firstTwoOctets}.${from + i}.0/24`);
}
