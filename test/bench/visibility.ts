import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AsMinutes, PrefixEvent } from '#core/contract/as-minutes.ts';
import { firstPath, type RouteChanges } from '#core/contract/route-changes.ts';
import { RouteTracker } from '#core/rib/route-tracker.ts';
import { StateWriter } from '#core/state.ts';
import { VisibilityTracker } from '#core/visibility/visibility-tracker.ts';
import { type OutageRow, readOutages } from '../evaluate/truth.ts';
import { dataFolder } from './inputs.ts';
import { batchesOf, readDay } from './rib.ts';

/**
 * Measures the visibility stage alone over the real day: seconds, what it said, and how its losses of 10 minutes
 * or longer agree with the hindsight table. With `--seed`, from the table of May 2008.
 */
const shortestLossSeconds = 600;

/** A prefix that went down, and when it came up again (Infinity: not in the day). */
interface Loss {
  readonly originAs: number;
  readonly prefix: string;
  readonly covered: boolean;
  readonly downSecond: number;
  readonly upSecond: number;
}

function changesOfDay(): RouteChanges[] {
  const files = readDay()!;
  const inputs: RouteChanges[] = [];
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1 });
  for (const batch of batchesOf('route-views2', files)) {
    tracker.apply(batch, (output) => {
      if (output.case === 'routeChanges') inputs.push(output.value);
    });
  }
  return inputs;
}

/** The prefix-to-AS table as one peer that does not vote. */
function withSeed(input: RouteChanges): RouteChanges {
  const file = join(dataFolder!, 'mapping', 'hadiasghari_pyasn__ipasn_20080501_v12.dat.gz');
  const rows = gunzipSync(readFileSync(file))
    .toString()
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(/[\t/]/) as [string, string, string]);
  const ases = [...new Set(rows.map(([, , as]) => Number(as)))];
  const pathOf = new Map(ases.map((as, path) => [as, path]));
  const family = { routes: rows.length, refreshed: 0, complete: true, named: rows.length };
  const none = { routes: 0, refreshed: 0, complete: false, named: 0 };
  const peer = { ...input.sources[0]!.peers[0]!, address: '0.0.0.0', asn: 0, ipv4: family, ipv6: none };
  const count = rows.length;
  const ipv4 = {
    count,
    second: new Uint8Array(count),
    peer: new Uint16Array(count),
    address: Uint32Array.from(rows, ([address]) =>
      address.split('.').reduce((word, octet) => word * 256 + Number(octet), 0),
    ),
    length: Uint8Array.from(rows, ([, length]) => Number(length)),
    before: new Uint32Array(count),
    after: Uint32Array.from(rows, ([, , as]) => pathOf.get(Number(as))! + firstPath),
  };
  const empty = { ...ipv4, count: 0 };
  const source = {
    source: 'seed',
    seed: true,
    peers: [peer],
    pathWords: Uint32Array.from(ases.flatMap((as) => [2 * 256 + 1, as])),
    pathEnds: Uint32Array.from(ases, (_, i) => 2 * (i + 1)),
    ipv4,
    ipv6: empty,
  };
  return { ...input, sources: [...input.sources, source] };
}

function lossesOf(outputs: readonly AsMinutes[]): Loss[] {
  const open = new Map<string, PrefixEvent>();
  const losses: Loss[] = [];
  const lose = ({ originAs, prefix, covered, eventSecond }: PrefixEvent, upSecond: number) => {
    if (upSecond - eventSecond >= shortestLossSeconds) {
      losses.push({ originAs, prefix, covered, downSecond: eventSecond, upSecond });
    }
  };
  for (const { events } of outputs) {
    for (const event of [...events].sort((a, b) => a.eventSecond - b.eventSecond)) {
      const down = open.get(event.prefix);
      if (event.kind === 'down') open.set(event.prefix, event);
      else if (event.kind === 'up' && down !== undefined) {
        lose(down, event.eventSecond);
        open.delete(event.prefix);
      }
    }
  }
  for (const down of open.values()) lose(down, Number.POSITIVE_INFINITY);
  return losses;
}

/** Prefixes of the hindsight rows from a second on, and how many of them were lost here too; and the other way round. */
function agreement(losses: readonly Loss[], rows: readonly OutageRow[], from: number) {
  const rowsOfAs = Map.groupBy(rows, ({ originAs }) => originAs);
  const isIn = (loss: Loss, row: OutageRow) =>
    loss.downSecond >= row.firstDown - 60 && loss.downSecond <= row.lastDown + 60;
  const lossesOfAs = Map.groupBy(losses, ({ originAs }) => originAs);
  const late = rows.filter((row) => row.firstDown >= from);
  const hits = late.map((row) => {
    const found = (lossesOfAs.get(row.originAs) ?? []).filter((loss) => isIn(loss, row)).length;
    return Math.min(found, row.prefixes);
  });
  const mine = losses.filter((loss) => loss.downSecond >= from);
  return {
    rows: late.length,
    rowsFound: hits.filter((found, i) => found * 2 >= late[i]!.prefixes).length,
    prefixes: late.reduce((sum, { prefixes }) => sum + prefixes, 0),
    prefixesFound: hits.reduce((sum, found) => sum + found, 0),
    coveredPrefixes: late.reduce((sum, { covered }) => sum + covered, 0),
    losses: mine.length,
    coveredLosses: mine.filter(({ covered }) => covered).length,
    lossesInRows: mine.filter((loss) => rowsOfAs.get(loss.originAs)?.some((row) => isIn(loss, row))).length,
  };
}

/** Runs the stage over the day; the inputs are in memory. */
function run(inputs: readonly RouteChanges[]) {
  const tracker = new VisibilityTracker({ block: 0, blockPartitions: 1 });
  const outputs: AsMinutes[] = [];
  const start = performance.now();
  for (const input of inputs) tracker.apply(input, (output) => outputs.push(output));
  return { tracker, outputs, seconds: (performance.now() - start) / 1000 };
}

function figuresOf(inputs: readonly RouteChanges[]) {
  const { tracker, outputs, seconds } = run(inputs);
  const changes = inputs
    .flatMap(({ sources }) => sources)
    .reduce((sum, { ipv4, ipv6 }) => sum + ipv4.count + ipv6.count, 0);
  const kinds: Record<string, number> = {};
  for (const { kind } of outputs.flatMap(({ events }) => events)) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const losses = lossesOf(outputs);
  const rows = readOutages(join(dataFolder!, 'truth', 'rv2-2008-02-20-outages.tsv'));
  const midnight = Date.UTC(2008, 1, 20) / 1000;
  const writer = new StateWriter();
  tracker.save(writer);
  return {
    seconds,
    changes,
    changesPerSecond: changes / seconds,
    minutes: outputs.length,
    frozenMinutes: outputs.filter(({ ipv4 }) => ipv4.frozen).length,
    maskedPeerMinutes: outputs.reduce((sum, { ipv4 }) => sum + ipv4.maskedPeers, 0),
    kinds,
    expected: outputs.flatMap(({ expected }) => expected).reduce((sum, { ipv4 }) => sum + ipv4, 0),
    stateBytes: writer.bytes().length,
    wholeDay: agreement(losses, rows, midnight),
    fromSix: agreement(losses, rows, midnight + 6 * 3600),
  };
}

if (import.meta.main) {
  if (dataFolder === undefined) console.log('STEADYBEAT_DATA is not set: the real day is skipped');
  else {
    const inputs = changesOfDay();
    const seeded = process.argv.includes('--seed') ? [withSeed(inputs[0]!), ...inputs.slice(1)] : inputs;
    for (let round = 0; round < 3; round++) console.log(figuresOf(seeded));
  }
}
