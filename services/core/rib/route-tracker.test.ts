import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BgpUpdates } from '../contract/bgp-updates.ts';
import { StateReader, StateWriter } from '../state.ts';
import { RouteTracker, type RouteTrackerOutput } from './route-tracker.ts';
import {
  Dice,
  firstMinute,
  firstSecond,
  ipv4Peer,
  ipv4Prefix,
  ipv6Peer,
  ipv6Prefix,
  outputsOf,
  randomScript,
  SourceScript,
  textOf,
} from './stream-for-tests.ts';

const options = { tracker: 0, trackerPartitions: 1, blockPartitions: 3 };
const newTracker = () => new RouteTracker(options);

/** One input of a random source after the other, each source's in order. */
function interleaved(scripts: readonly SourceScript[], dice: Dice): BgpUpdates[] {
  // A feeder opens every source before it writes anything else.
  const inputs = scripts.map((script) => script.inputs[0]);
  const rests = scripts.map((script) => script.inputs.slice(1));
  for (;;) {
    const left = rests.filter((rest) => rest.length > 0);
    if (left.length === 0) return inputs;
    inputs.push(dice.of(left).shift()!);
  }
}

/** Fails at the first output that differs, with little text. */
function assertSame(actual: readonly string[], expected: readonly string[], what: string): void {
  const at = expected.findIndex((text, index) => text !== actual[index]);
  if (at < 0 && actual.length === expected.length) return;
  const place = [...(expected[at] ?? '')].findIndex((letter, index) => letter !== actual[at]?.[index]);
  const around = (text: string | undefined) => text?.slice(Math.max(0, place - 150), place + 150);
  assert.fail(
    `${what}: output ${at} of ${expected.length}\n${around(actual[at])}\ninstead of\n${around(expected[at])}`,
  );
}

const scriptsOf = (seed: number, minutes: number) =>
  ['rrc00', 'route-views2', 'linx'].map((name, number) => randomScript(name, seed * 10 + number, minutes));

test('the interleaving of sources changes no bit', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const scripts = scriptsOf(seed, 60);
    const told = (inputs: BgpUpdates[]) => outputsOf(newTracker(), inputs).map(textOf);
    const expected = told(
      scripts
        .flatMap((script) => script.inputs.slice(0, 1))
        .concat(scripts.flatMap((script) => script.inputs.slice(1))),
    );
    assert.ok(expected.length > 60, `seed ${seed}: ${expected.length} outputs`);
    for (let order = 0; order < 5; order++) {
      assertSame(
        told(interleaved(scripts, new Dice(seed * 100 + order))),
        expected,
        `seed ${seed}, order ${order}`,
      );
    }
  }
});

test('a restored tracker goes on with the same bytes', () => {
  for (let seed = 11; seed <= 16; seed++) {
    const dice = new Dice(seed);
    const inputs = interleaved(scriptsOf(seed, 60), dice);
    const expected = outputsOf(newTracker(), inputs).map(textOf);
    let tracker = newTracker();
    const told: string[] = [];
    for (const input of inputs) {
      if (dice.below(10) === 0) {
        const state = saved(tracker);
        tracker = newTracker();
        tracker.load(new StateReader(state));
        assert.ok(
          saved(tracker).every((byte, at) => byte === state[at]),
          'restored and saved it is the same',
        );
      }
      told.push(...outputsOf(tracker, [input]).map(textOf));
    }
    assertSame(told, expected, `seed ${seed}`);
  }
});

function saved(tracker: RouteTracker): Uint8Array {
  const writer = new StateWriter();
  tracker.save(writer);
  return writer.bytes();
}

/** What a reader of route.changes knows: per peer and prefix the path's text, undefined if absent. */
class View {
  readonly routes = new Map<string, string | undefined>();
  changes = 0;

  apply(output: RouteTrackerOutput): void {
    if (output.case !== 'routeChanges') return;
    for (const { source, peers, pathWords, pathEnds, ipv4, ipv6 } of output.value.sources) {
      for (const peer of peers) {
        // This view is of all blocks, whose records of a minute follow each other.
        if (peer.state === 'down' && output.blockPartition === 0)
          this.#forget(`${source} ${peer.address} ${peer.asn} `);
      }
      const pathText = (route: number) =>
        route === 0
          ? 'unknown'
          : route === 1
            ? 'absent'
            : pathWords.slice(pathEnds[route - 3] ?? 0, pathEnds[route - 2]).join(' ');
      for (const [columns, width] of [
        [ipv4, 1],
        [ipv6, 4],
      ] as const) {
        for (let i = 0; i < columns.count; i++) {
          const peer = peers[columns.peer[i]];
          const prefix = `${columns.address.slice(i * width, (i + 1) * width).join(':')}/${columns.length[i]}`;
          const key = `${source} ${peer.address} ${peer.asn} ${prefix}`;
          assert.equal(this.routes.get(key) ?? 'unknown', pathText(columns.before[i]), key);
          this.routes.set(key, pathText(columns.after[i]));
          this.changes++;
        }
      }
    }
  }

  /** Routes there are now, of a peer's name. */
  count(name: string): number {
    return [...this.routes].filter(
      ([key, route]) => key.startsWith(name) && route !== 'absent' && route !== 'unknown',
    ).length;
  }

  #forget(name: string): void {
    for (const key of this.routes.keys()) if (key.startsWith(name)) this.routes.delete(key);
  }
}

test('who follows the changes knows the tables: before is what was told, and the counts agree', () => {
  for (let seed = 21; seed <= 26; seed++) {
    const view = new View();
    const reported = new Map<string, number>();
    for (const output of outputsOf(newTracker(), interleaved(scriptsOf(seed, 90), new Dice(seed)))) {
      if (output.case !== 'routeChanges') continue;
      view.apply(output);
      for (const { source, peers } of output.value.sources) {
        for (const peer of peers) {
          reported.set(`${source} ${peer.address} ${peer.asn} `, peer.ipv4.routes + peer.ipv6.routes);
        }
      }
    }
    assert.ok(view.changes > 1000);
    for (const [name, routes] of reported) assert.equal(view.count(name), routes, `seed ${seed}, ${name}`);
  }
});

/** The report of the first peer in the last minute told. */
function lastReport(outputs: readonly RouteTrackerOutput[]) {
  const last = outputs.filter((output) => output.case === 'routeChanges').at(-1);
  return last?.value.sources[0]?.peers[0];
}

const changesOf = (outputs: readonly RouteTrackerOutput[]) =>
  outputs.flatMap((output) =>
    output.case === 'routeChanges'
      ? output.value.sources.flatMap(({ ipv4, ipv6 }) =>
          [ipv4, ipv6].flatMap((columns) =>
            Array.from({ length: columns.count }, (_, i) => ({
              second: columns.second[i],
              before: columns.before[i],
              after: columns.after[i],
            })),
          ),
        )
      : [],
  );

test('classes of Labovitz by AS_PATH; what changes nothing is counted and not told', () => {
  const prefixes = [ipv4Prefix(1)];
  const script = new SourceScript('rrc00').records(0, (writer) => {
    const announce = (second: number, path: number[]) =>
      writer.announce(firstSecond + second, ipv4Peer, 'ipv4', prefixes, path);
    const withdraw = (second: number) => writer.withdraw(firstSecond + second, ipv4Peer, 'ipv4', prefixes);
    withdraw(0); // never announced: it was there, it is absent now
    withdraw(1); // WWDup
    announce(2, [64_500, 1, 9]); // new
    announce(3, [64_500, 1, 9]); // AADup
    announce(4, [64_500, 2, 9]); // AADiff
    withdraw(5);
    announce(6, [64_500, 2, 9]); // WADup
    withdraw(7);
    announce(8, [64_500, 1, 9]); // WADiff
  });
  const outputs = outputsOf(newTracker(), script.tick(0).inputs);
  const { announcedNew, aaDup, aaDiff, waDup, waDiff, withdrawn, wwDup } = lastReport(outputs)!;
  assert.deepEqual(
    { announcedNew, aaDup, aaDiff, waDup, waDiff, withdrawn, wwDup },
    { announcedNew: 1, aaDup: 1, aaDiff: 1, waDup: 1, waDiff: 1, withdrawn: 3, wwDup: 1 },
  );
  assert.deepEqual(
    changesOf(outputs).map(({ second, before, after }) => [second, before, after]),
    [
      [0, 0, 1],
      [2, 1, 2],
      [4, 2, 3],
      [5, 3, 1],
      [6, 1, 3],
      [7, 3, 1],
      [8, 1, 2],
    ],
  );
});

test('every block partition gets the minute, and an IPv6 prefix goes to the one of its first 16 bits', () => {
  const script = new SourceScript('rrc00')
    .records(0, (writer) => writer.announce(firstSecond + 9, ipv6Peer, 'ipv6', [ipv6Prefix(3)], [64_501, 9]))
    .tick(0);
  const told = outputsOf(newTracker(), script.inputs).filter((output) => output.case === 'routeChanges');
  assert.deepEqual(
    told.map((output) => [
      output.blockPartition,
      output.value.eventMinute,
      output.value.sources[0].ipv6.count,
    ]),
    [0, 1, 2].map((block) => [block, firstMinute, block === 0x2a03 % 3 ? 1 : 0]),
  );
  assert.equal(told[0].value.sources[0].peers[0].address, '2001:db8::7');
});

test('a minute waits for every open source, and not for one that ended or is lost', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new SourceScript(name));
  const tracker = newTracker();
  outputsOf(tracker, [...a.inputs, ...b.inputs, ...c.inputs]);
  const minutes = (inputs: readonly BgpUpdates[]) =>
    outputsOf(tracker, inputs.slice(-1)).flatMap((output) =>
      output.case === 'routeChanges' && output.blockPartition === 0
        ? [output.value.eventMinute - firstMinute]
        : [],
    );
  assert.deepEqual(minutes(a.tick(3).inputs), []);
  assert.deepEqual(minutes(b.tick(4).inputs), []);
  assert.deepEqual(minutes(c.say(2, 'endOfSource').inputs), [3]);
  assert.deepEqual(minutes(a.say(4, 'sourceLost').inputs), [4]);
});

test('a lost session drops all routes at once: no change tells it, the state does', () => {
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  const path = [64_500, 9];
  const script = new SourceScript('rrc00')
    .records(0, (writer) => writer.announce(firstSecond, ipv4Peer, 'ipv4', numbers.map(ipv4Prefix), path))
    .tick(0)
    .records(1, (writer) => {
      writer.withdraw(firstSecond + 61, ipv4Peer, 'ipv4', [ipv4Prefix(3)]);
      writer.stateChange(firstSecond + 70, ipv4Peer, 6, 1);
      writer.stateChange(firstSecond + 80, ipv4Peer, 5, 6);
      writer.announce(firstSecond + 81, ipv4Peer, 'ipv4', [ipv4Prefix(3)], path);
    })
    .tick(1);
  const tracker = newTracker();
  const first = lastReport(outputsOf(tracker, script.inputs.slice(0, 3)))!;
  assert.deepEqual([first.state, first.ipv4.routes, first.ipv4.named], ['established', 50, 50]);
  const outputs = outputsOf(tracker, script.inputs.slice(3));
  const second = lastReport(outputs)!;
  assert.deepEqual(
    [second.state, second.stateSinceMinute, second.ipv4.routes, second.ipv4.named],
    ['down', firstMinute + 1, 1, 50],
  );
  assert.deepEqual(changesOf(outputs), [{ second: 21, before: 0, after: 2 }]);
  const third = lastReport(outputsOf(tracker, script.tick(2).inputs.slice(-1)))!;
  assert.deepEqual([third.state, third.stateSinceMinute], ['established', firstMinute + 1]);
});

test('a peer is silent after ten minutes, or 20 of its usual gaps, from the minute in which that passed', () => {
  const announceAt = (script: SourceScript, minute: number) =>
    script.records(minute, (writer) =>
      writer.announce(firstSecond + minute * 60, ipv4Peer, 'ipv4', [ipv4Prefix(1)], [64_500, 9]),
    );
  const tracker = newTracker();
  const script = announceAt(new SourceScript('rrc00'), 0).tick(0).tick(9).tick(12);
  const report = lastReport(outputsOf(tracker, script.inputs))!;
  assert.deepEqual([report.state, report.stateSinceMinute - firstMinute], ['silent', 10]);
  announceAt(script, 20).tick(20);
  assert.equal(lastReport(outputsOf(tracker, script.inputs.slice(-2)))!.state, 'established');
  // A peer that speaks every five minutes is not silent after eleven.
  const slow = new SourceScript('rrc01');
  for (let minute = 0; minute <= 300; minute += 5) announceAt(slow, minute).tick(minute);
  slow.tick(311).tick(450);
  const states = outputsOf(newTracker(), slow.inputs).flatMap((output) =>
    output.case === 'routeChanges' ? (output.value.sources[0]?.peers.map((peer) => peer.state) ?? []) : [],
  );
  assert.equal(states.filter((state) => state === 'silent').length, options.blockPartitions);
});

test('a record that is earlier than its minute changes the table, counts as in second 0 and is counted as late', () => {
  const script = new SourceScript('rrc00')
    .tick(0)
    .records(1, (writer) => writer.announce(firstSecond + 30, ipv4Peer, 'ipv4', [ipv4Prefix(1)], [64_500, 9]))
    .tick(1);
  const outputs = outputsOf(newTracker(), script.inputs);
  assert.deepEqual(changesOf(outputs), [{ second: 0, before: 0, after: 2 }]);
  assert.equal(lastReport(outputs)!.late, 1);
});

test('a prefix that is withdrawn and announced again, or dumped, is refreshed once', () => {
  const prefixes = [ipv4Prefix(1)];
  const announce = (script: SourceScript, second: number, origin: number) =>
    script.records(0, (writer) =>
      writer.announce(firstSecond + second, ipv4Peer, 'ipv4', prefixes, [64_500, origin]),
    );
  const script = announce(new SourceScript('rrc00'), 0, 8).records(0, (writer) =>
    writer.withdraw(firstSecond + 1, ipv4Peer, 'ipv4', prefixes),
  );
  announce(script, 2, 9)
    .say(0, 'ribBegin')
    .records(0, (writer) => {
      writer.peerIndexTable(firstSecond, 1, '', [ipv4Peer]);
      const entry = { peerIndex: 0, originatedSecond: firstSecond, path: [64_500, 7] };
      writer.rib(firstSecond, 0, prefixes[0], [ipv4Peer], [entry]);
    })
    .say(0, 'ribEnd');
  const report = lastReport(outputsOf(newTracker(), announce(script, 3, 9).tick(0).inputs))!;
  assert.deepEqual([report.ipv4.refreshed, report.drift, report.aaDiff], [1, 1, 1]);
});

test('peers are reported in the order of their addresses, whoever was heard first', () => {
  const names = [ipv6Peer, { asn: 7, address: [0xc0000209] }, { asn: 6, address: [0xc0000209] }, ipv4Peer];
  const script = new SourceScript('rrc00')
    .records(0, (writer) => {
      for (const name of names) writer.announce(firstSecond, name, 'ipv4', [ipv4Prefix(1)], [name.asn, 9]);
    })
    .tick(0);
  const [output] = outputsOf(new RouteTracker({ ...options, blockPartitions: 1 }), script.inputs);
  assert.ok(output.case === 'routeChanges');
  const { peers, ipv4 } = output.value.sources[0];
  assert.deepEqual(
    peers.map((peer) => `${peer.address} ${peer.asn}`),
    ['192.0.2.1 64500', '192.0.2.9 6', '192.0.2.9 7', '2001:db8::7 64501'],
  );
  assert.deepEqual([...ipv4.peer], [3, 2, 1, 0]);
});
