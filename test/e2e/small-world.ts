import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { generate } from '#scenario/generate.ts';
import type { Scenario } from '#scenario/scenario.ts';

export const flappingAs = 131_279;

/** Half a day on two collectors: an AS flaps for five hours and is then gone for one. */
const scenario: Scenario = {
  name: 'small-world',
  title: 'An AS flaps, and is gone for an hour',
  documented: [],
  drawn: [],
  from: '2014-12-22T00:00Z',
  until: '2014-12-22T12:00Z',
  topology: {
    collectors: 2,
    fullFeedPeers: 24,
    partialFeedPeers: 0,
    ipv6Peers: 0,
    backgroundAses: 60,
    origins: [{ asn: flappingAs, upstreams: [4837], prefixes: ['175.45.176.0/24', '175.45.177.0/24'] }],
  },
  events: [
    {
      event: 'flapTrain',
      asn: flappingAs,
      from: '2014-12-22T03:00Z',
      until: '2014-12-22T08:00Z',
      gap: { case: 'exponential', meanMinutes: [15, 15] },
      medianDownMinutes: [3, 3],
      downSigma: 0.3,
      downCapMinutes: 10,
      wholeShare: 1,
      cause: 'beat',
    },
    {
      event: 'loss',
      asn: flappingAs,
      from: '2014-12-22T08:30Z',
      until: '2014-12-22T09:30Z',
      cause: 'blackout',
    },
  ],
  verdict: { source: 'this test', must: [], may: [] },
};

export interface SmallWorld {
  readonly folder: string;
  /** RIBs and hourly updates of both collectors, of all compressions that need no other program. */
  readonly files: readonly string[];
}

/** Writes the world's MRT files into a new temporary folder. */
export function writeSmallWorld(): SmallWorld {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-e2e-'));
  const files: string[] = [];
  const write = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    files.push(path);
  };
  for (const feed of generate(scenario, 1).collectors) {
    write(`${feed.collector}/bview.20141222.0000.gz`, gzipSync(Buffer.concat([...feed.rib()])));
    const byHour = Map.groupBy(feed.updates(), ({ eventMinute }) => Math.floor(eventMinute / 60) % 24);
    for (const [hour, minutes] of byHour) {
      const bytes = Buffer.concat(minutes.map((minute) => minute.bytes));
      const name = `${feed.collector}/updates.20141222.${String(hour).padStart(2, '0')}00`;
      if (hour % 3 === 0) write(`${name}.zst`, zstdCompressSync(bytes));
      else if (hour % 3 === 1) write(`${name}.gz`, gzipSync(bytes));
      else write(name, bytes);
    }
  }
  return { folder, files };
}

export const removeSmallWorld = ({ folder }: SmallWorld): void => rmSync(folder, { recursive: true });
