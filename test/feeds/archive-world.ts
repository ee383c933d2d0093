/** Half a day of two collectors as RIS and RouteViews lay their archives out: updates every 5 and 15 minutes, a RIB before. */
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { findBzip2Command } from '#runtime/input/bzip2-command.ts';
import { generate } from '#scenario/generate.ts';
import type { Scenario } from '#scenario/scenario.ts';

export const goneAs = 131_279;

const scenario: Scenario = {
  name: 'archive-world',
  title: 'An AS is gone for an hour',
  documented: [],
  drawn: [],
  from: '2014-12-31T22:00Z',
  until: '2015-01-01T02:00Z',
  topology: {
    collectors: 2,
    fullFeedPeers: 24,
    partialFeedPeers: 0,
    ipv6Peers: 0,
    backgroundAses: 40,
    origins: [{ asn: goneAs, upstreams: [4837], prefixes: ['175.45.176.0/24', '175.45.177.0/24'] }],
  },
  events: [
    { event: 'loss', asn: goneAs, from: '2014-12-31T23:30Z', until: '2015-01-01T00:30Z', cause: 'blackout' },
  ],
  verdict: { source: 'this test', must: [], may: [] },
};

/** "2014.12", "20141231.2200". */
const monthOf = (minute: number): string =>
  new Date(60_000 * minute).toISOString().slice(0, 7).replace('-', '.');
const timeOf = (minute: number): string =>
  new Date(60_000 * minute).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '.');

/** By path on the server. */
export function archiveFiles(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [index, feed] of generate(scenario, 1).collectors.entries()) {
    const isRis = index === 0;
    const step = isRis ? 5 : 15;
    const folder = (kind: string, minute: number) =>
      isRis ? `/rrc00/${monthOf(minute)}/` : `/bgpdata/${monthOf(minute)}/${kind}/`;
    const ending = isRis ? 'gz' : 'bz2';
    const pack = isRis ? gzipSync : bzip2;
    const parts = Map.groupBy(feed.updates(), ({ eventMinute }) => eventMinute - (eventMinute % step));
    const minutes = [...parts.keys()];
    const [first, last] = [Math.min(...minutes), Math.max(...minutes)];
    const rib = `${isRis ? 'bview' : 'rib'}.${timeOf(first)}.${ending}`;
    files.set(folder('RIBS', first) + rib, pack(Buffer.concat([...feed.rib()])));
    for (let minute = first; minute <= last; minute += step) {
      const bytes = Buffer.concat((parts.get(minute) ?? []).map((part) => part.bytes));
      files.set(`${folder('UPDATES', minute)}updates.${timeOf(minute)}.${ending}`, pack(bytes));
    }
  }
  return files;
}

/** Where there is no bzip2, another packing under the same name: it is told by the content. */
function bzip2(bytes: Buffer): Buffer {
  const command = findBzip2Command(process.env.PATH);
  if (command === undefined) return gzipSync(bytes);
  return spawnSync(command, ['-zc'], { input: bytes, maxBuffer: 1 << 28 }).stdout;
}
