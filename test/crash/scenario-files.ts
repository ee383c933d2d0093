import type { InputEvents } from '#runtime/input/input.ts';
import type { CollectorFeed } from '#scenario/collector-feed.ts';
import { generate } from '#scenario/generate.ts';
import type { Scenario } from '#scenario/scenario.ts';
import type { MrtFile } from '../../services/feeder/mrt-file.ts';

/** A scenario as the files of its collectors: a table dump and the updates of each. */
export function scenarioFiles(scenario: Scenario, seed: number): MrtFile[] {
  return generate(scenario, seed).collectors.flatMap((feed) => [
    file(feed, 'rib', feed.rib),
    file(feed, 'updates', () => updateBytes(feed)),
  ]);
}

function* updateBytes(feed: CollectorFeed): Iterable<Uint8Array> {
  for (const { bytes } of feed.updates()) yield bytes;
}

function file({ collector }: CollectorFeed, kind: string, chunks: () => Iterable<Uint8Array>): MrtFile {
  return {
    name: `${collector}/${kind}`,
    source: collector,
    isSeed: false,
    isOnDisk: false,
    bytes: 0,
    open: async function* (): InputEvents {
      for (const bytes of chunks()) yield { case: 'chunk', bytes: Uint8Array.from(bytes), fileBytesRead: 0 };
    },
  };
}
