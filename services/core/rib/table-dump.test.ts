import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerReport } from '../contract/route-changes.ts';
import { RouteTracker, type RouteTrackerOutput } from './route-tracker.ts';
import { firstSecond, ipv4Peer, ipv4Prefix, outputsOf, SourceScript } from './stream-for-tests.ts';

const path = [64_500, 9];
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function dump(
  script: SourceScript,
  minute: number,
  listed: readonly number[],
  paths: (number: number) => number[],
): SourceScript {
  const second = firstSecond + minute * 60;
  return script
    .say(minute, 'ribBegin')
    .records(minute, (writer) => {
      writer.peerIndexTable(second, 1, '', [ipv4Peer]);
      for (const number of listed) {
        const entries = [{ peerIndex: 0, originatedSecond: second, path: paths(number) }];
        writer.rib(second, number, ipv4Prefix(number), [ipv4Peer], entries);
      }
    })
    .say(minute, 'ribEnd')
    .tick(minute);
}

const announce = (script: SourceScript, minute: number, listed: readonly number[]) =>
  script.records(minute, (writer) =>
    writer.announce(firstSecond + minute * 60, ipv4Peer, 'ipv4', listed.map(ipv4Prefix), path),
  );

/** Reports and changes (before, after) of the one source, minute by minute. */
function told(script: SourceScript): { reports: PeerReport[]; changes: string[][] } {
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1 });
  const reports: PeerReport[] = [];
  const changes: string[][] = [];
  for (const output of outputsOf(tracker, script.inputs) as (RouteTrackerOutput & {
    case: 'routeChanges';
  })[]) {
    const source = output.value.sources[0];
    if (source === undefined) continue;
    reports.push(source.peers[0]);
    const { count, before, after } = source.ipv4;
    changes.push(
      Array.from({ length: count }, (_, i) => `${Math.min(before[i], 2)}>${Math.min(after[i], 2)}`),
    );
  }
  return { reports, changes };
}

test('a dump fills an empty table, which is complete from then on', () => {
  const { reports, changes } = told(dump(new SourceScript('rrc00'), 0, numbers(0, 40), () => path));
  assert.equal(reports[0].ipv4.routes, 40);
  assert.equal(reports[0].ipv4.complete, true);
  assert.equal(reports[0].ipv6.complete, false);
  assert.deepEqual([reports[0].announcedNew, reports[0].drift, reports[0].ipv4.refreshed], [0, 0, 0]);
  assert.deepEqual(changes[0], Array(40).fill('0>2'));
});

test('a dump corrects a table: other paths, routes it lacks and routes it has are drift', () => {
  const script = announce(new SourceScript('rrc00'), 0, numbers(0, 40)).tick(0);
  dump(script, 1, numbers(5, 50), (number) => (number === 7 ? [64_500, 1, 9] : path));
  const { reports, changes } = told(script);
  assert.equal(reports[1].ipv4.routes, 45);
  // Ten it did not know before are no drift: the table was not complete.
  assert.equal(reports[1].drift, 1 + 5);
  assert.deepEqual(
    changes[1].toSorted(),
    [...Array(5).fill('2>1'), '2>2', ...Array(10).fill('0>2')].toSorted(),
  );
});

test('what a table transfer does not refresh becomes unknown half an hour after it was seen', () => {
  const script = announce(new SourceScript('rrc00'), 0, numbers(0, 200)).tick(0);
  // Minutes in which the table only stays: the first announcements are no transfer.
  for (let minute = 1; minute < 60; minute++) announce(script, minute, [0]).tick(minute);
  announce(script, 60, numbers(0, 190)).tick(60);
  for (let minute = 61; minute < 100; minute++) announce(script, minute, [0]).tick(minute);
  const { reports, changes } = told(script);
  const minuteOfLoss = changes.findIndex((minute) => minute.includes('2>0'));
  assert.equal(minuteOfLoss, 90);
  assert.deepEqual(changes[90], Array(10).fill('2>0'));
  assert.equal(reports[60].ipv4.refreshed, 190);
  assert.deepEqual([reports[89].ipv4.routes, reports[90].ipv4.routes], [200, 190]);
});

test('much churn that leaves more than a tenth of a table alone is no transfer', () => {
  const script = announce(new SourceScript('rrc00'), 0, numbers(0, 200)).tick(0);
  for (let minute = 1; minute < 60; minute++) announce(script, minute, [0]).tick(minute);
  announce(script, 60, numbers(0, 170)).tick(60);
  for (let minute = 61; minute < 100; minute++) announce(script, minute, [0]).tick(minute);
  const { reports, changes } = told(script);
  assert.equal(changes.slice(1).flat().length, 0);
  assert.equal(reports.at(-1)!.ipv4.routes, 200);
});

test('refreshed counts different prefixes of the last five to ten minutes, and is told when it falls', () => {
  const script = announce(new SourceScript('rrc00'), 0, numbers(0, 20)).tick(0);
  announce(script, 4, numbers(10, 30)).tick(4).tick(6).tick(8).tick(10);
  const { reports } = told(script);
  assert.deepEqual(
    reports.map((report) => report.ipv4.refreshed),
    [20, 30, 0],
  );
});

test('a table that was withdrawn gives its memory back, and still knows what it named', () => {
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1 });
  const all = numbers(0, 600);
  const many = (script: SourceScript, minute: number, isAnnounce: boolean) =>
    script.records(minute, (writer) => {
      const second = firstSecond + minute * 60;
      // A path for each prefix.
      for (let peer = 0; peer < 60; peer++) {
        const name = { asn: 100 + peer, address: [0xc0000201 + peer] };
        if (isAnnounce) {
          for (const number of all)
            writer.announce(second, name, 'ipv4', [ipv4Prefix(number)], [100 + peer, number, 9]);
        } else {
          for (let from = 0; from < all.length; from += 100) {
            writer.withdraw(second, name, 'ipv4', all.slice(from, from + 100).map(ipv4Prefix));
          }
        }
      }
    });
  const script = many(new SourceScript('rrc00'), 0, true).tick(0);
  outputsOf(tracker, script.inputs);
  const full = tracker.tableBytes;
  assert.equal(tracker.pathCount, 60 * 600);
  const other = new SourceScript('other').tick(0);
  other.records(1, (writer) => writer.announce(firstSecond + 60, ipv4Peer, 'ipv4', [ipv4Prefix(0)], path));
  outputsOf(tracker, other.inputs);
  const withdrawn = many(new SourceScript('rrc00'), 1, false).tick(1).tick(2).tick(62).tick(123).tick(124);
  outputsOf(tracker, withdrawn.inputs.slice(1));
  assert.equal(tracker.pathCount, 1);
  assert.ok(tracker.tableBytes < full / 5, `${tracker.tableBytes} of ${full} bytes`);
  // The other source's open minute holds a path, which was moved.
  const told = outputsOf(tracker, other.tick(200).inputs.slice(-1)) as (RouteTrackerOutput & {
    case: 'routeChanges';
  })[];
  const { sources } = told.findLast((output) => output.value.eventMinute === firstSecond / 60 + 1)!.value;
  const { pathWords, ipv4 } = sources.find((source) => source.source === 'other')!;
  assert.deepEqual([...pathWords], [0x202, ...path]);
  assert.equal(ipv4.count, 1);
  other.records(201, (writer) =>
    writer.announce(firstSecond + 201 * 60, ipv4Peer, 'ipv4', [ipv4Prefix(0)], path),
  );
  outputsOf(tracker, other.tick(201).say(201, 'endOfSource').inputs.slice(-3));
  const again = many(new SourceScript('rrc00'), 202, false).tick(202);
  const last = outputsOf(tracker, again.inputs.slice(1)) as typeof told;
  const [dup, peer] = last.slice(-2).map((output) => output.value.sources[0].peers[0]);
  assert.equal(dup.aaDup, 1);
  assert.deepEqual([peer.wwDup, peer.withdrawn, peer.ipv4.named], [600, 0, 600]);
});
