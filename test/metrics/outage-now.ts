/** An outage of one AS that is over now: MRT files of two collectors that end some minutes ahead, when that is sure. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type EventMinute, formatMinute } from '#core/event-time.ts';
import { generate } from '#scenario/generate.ts';
import type { Scenario } from '#scenario/scenario.ts';

const asn = 4_210_000_001;

/** The outage is from 13 to 7 minutes before `now`; so it is told about 9 minutes before, and closed when it has been back for a while. */
export function outageFiles(folder: string, now: EventMinute): string[] {
  const ago = (minutes: number) => formatMinute(now - minutes);
  const scenario: Scenario = {
    name: 'outage-now',
    title: 'An outage a few minutes ago',
    documented: [],
    drawn: [],
    from: ago(60),
    until: ago(-5),
    topology: {
      collectors: 2,
      fullFeedPeers: 16,
      partialFeedPeers: 0,
      ipv6Peers: 0,
      backgroundAses: 200,
      origins: [{ asn, upstreams: [65_100], prefixes: ['185.10.0.0/24', '185.10.1.0/24', '185.10.2.0/24'] }],
    },
    events: [
      { event: 'loss', asn, from: ago(13), until: ago(7), cause: 'outage' },
      // So that something is heard in each of the last minutes.
      { event: 'blips', asn: 'background', from: ago(55), until: ago(12), count: 100, minutes: 1 },
      { event: 'blips', asn: 'background', from: ago(11), until: ago(-4), count: 100, minutes: 1 },
    ],
    verdict: { source: 'none', must: [], may: [] },
  };
  return generate(scenario, 1).collectors.flatMap(({ collector, rib, updates }) => {
    mkdirSync(path.join(folder, collector));
    const parts = { rib: [...rib()], updates: [...updates()].map(({ bytes }) => bytes) };
    return Object.entries(parts).map(([name, chunks]) => {
      const file = path.join(folder, collector, `${name}.mrt`);
      writeFileSync(file, Buffer.concat(chunks));
      return file;
    });
  });
}
