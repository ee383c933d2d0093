import type { InputEvents } from '#runtime/input/input.ts';
import type { CollectorFeed } from '#scenario/collector-feed.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';
import type { MrtFile } from '../../feeder/mrt-file.ts';

/** The collectors' files of a scenario: for each a table dump and then its updates, made while they are read. */
export function scenarioFiles({ collectors, fromSecond }: GeneratedScenario): MrtFile[] {
  return collectors.flatMap((feed) => {
    const file = { source: feed.collector, isSeed: false, bytes: 0, notBefore: fromSecond };
    return [
      { ...file, name: `${feed.collector}/rib`, open: () => events(feed.rib()) },
      { ...file, name: `${feed.collector}/updates`, open: () => events(updatesOf(feed)) },
    ];
  });
}

function* updatesOf(feed: CollectorFeed): Generator<Uint8Array> {
  for (const { bytes } of feed.updates()) yield bytes;
}

async function* events(chunks: Iterable<Uint8Array>): InputEvents {
  for (const bytes of chunks) yield { case: 'chunk', bytes, fileBytesRead: 0 };
}
