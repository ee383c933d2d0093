/** What is found when the hearing of collectors breaks off: the same as otherwise, but for what happened meanwhile. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { AnomalyDetector } from '#core/detect/anomaly-detector.ts';
import { minuteOf, parseSecond } from '#core/event-time.ts';
import { MrtWriter } from '#core/mrt/writer.ts';
import { RouteTracker } from '#core/rib/route-tracker.ts';
import { InstabilityScorer } from '#core/score/instability-scorer.ts';
import { VisibilityTracker } from '#core/visibility/visibility-tracker.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { LiveLog } from './live-log.ts';

const start = parseSecond('2026-01-01T00:00:00Z')!;
const lostAs = 65_014;
const ases = Array.from({ length: 15 }, (_, number) => 65_000 + number);

interface Speaker {
  readonly source: string;
  readonly asn: number;
  readonly address: readonly number[];
}

const collectors = ['rrc00', 'rrc01'];
const peersOf = (sources: readonly string[]): Speaker[] =>
  Array.from({ length: 24 }, (_, number) => ({
    source: sources[number % sources.length]!,
    asn: 64_000 + number,
    address: [0xc0000200 + number],
  }));

const prefixesOf = (as: number) =>
  [0, 1, 2, 3].map((k) => ({
    family: 'ipv4' as const,
    words: [((20 << 24) | ((as - 65_000) << 16) | (k << 8)) >>> 0],
    length: 24,
  }));

/** Peers that are heard through a feed whose clock is moved by hand, and the log that it leaves. */
class Hearing {
  readonly peers: readonly Speaker[];
  readonly #t: TestContext;
  readonly #log = new LiveLog();
  #feed!: LiveFeed;
  #second = 0;
  #turn = 0;

  private constructor(t: TestContext, peers: readonly Speaker[]) {
    this.#t = t;
    this.peers = peers;
  }

  /** All have said their tables. */
  static async of(t: TestContext, peers = peersOf(collectors), areConnected = false): Promise<Hearing> {
    const hearing = new Hearing(t, peers);
    await hearing.begin();
    if (areConnected) for (const { source } of peers) hearing.#feed.connect(source);
    for (const as of ases) hearing.announce(as);
    return hearing;
  }

  async begin(): Promise<void> {
    const { timers } = this.#t.mock;
    timers.reset();
    timers.enable({ apis: ['setInterval', 'Date'], now: (start + this.#second) * 1000 });
    this.#feed = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: () => Date.now() }, this.#log);
    await this.#feed.start();
  }

  /** Until this second each peer says something `every` so many seconds. */
  async passTo(second: number, every = 30): Promise<void> {
    for (; this.#second < second; this.#second++) {
      if (this.#second % every === 0) this.announce(65_001 + (this.#turn++ % 10));
      this.#t.mock.timers.tick(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  announce(as: number): void {
    const path = 3356 + (this.#turn & 1);
    this.#say((writer, second, peer) =>
      writer.announce(second, peer, 'ipv4', prefixesOf(as), [peer.asn, path, as]),
    );
  }

  withdraw(as: number): void {
    this.#say((writer, second, peer) => writer.withdraw(second, peer, 'ipv4', prefixesOf(as)));
  }

  lose(): void {
    for (const source of new Set(this.peers.map((peer) => peer.source))) this.#feed.lose(source);
  }

  /** Nothing is said from here on until the clock stands at `second`, where it is begun again. */
  async restart(second: number): Promise<void> {
    await this.#feed.stop();
    await this.kill(second);
  }

  async kill(second: number): Promise<void> {
    this.#second = second;
    await this.begin();
  }

  #say(what: (writer: MrtWriter, second: number, peer: Speaker) => void): void {
    for (const peer of this.peers) {
      const writer = new MrtWriter(12_654);
      what(writer, start + this.#second, peer);
      const bytes = writer.take();
      this.#feed.take(peer.source, bytes, 0, bytes.length);
    }
  }

  /** Incidents: what became of them, when it was told (in minutes), and what was. */
  found(): string[] {
    return detected(this.#log.updates()).map(
      ({ transition, kind, subject, eventSecond, summary }) =>
        `${minuteOf(eventSecond - start)} ${transition} ${kind} ${subject} ${summary}`,
    );
  }
}

/** Through the four steps, one task each. */
function detected(updates: readonly BgpUpdates[]): Anomaly[] {
  const anomalies: Anomaly[] = [];
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1 });
  const visibility = new VisibilityTracker({ block: 0, blockPartitions: 1 });
  const scorer = new InstabilityScorer();
  const detector = new AnomalyDetector();
  for (const update of updates)
    tracker.apply(update, (output) => {
      assert.equal(output.case, 'routeChanges');
      if (output.case !== 'routeChanges') return;
      visibility.apply(output.value, (minutes) =>
        scorer.apply(minutes, (scores) => detector.apply(scores, (anomaly) => anomalies.push(anomaly))),
      );
    });
  return anomalies;
}

/** AS65014 is gone from one minute to the other; `disturb` is called at a time in seconds. */
async function outage(
  t: TestContext,
  minutes: readonly [from: number, until: number],
  disturbance?: { readonly at: number; readonly disturb: (hearing: Hearing) => Promise<void> },
): Promise<string[]> {
  const hearing = await Hearing.of(t);
  const steps = [
    { at: minutes[0] * 60 + 10, act: async () => hearing.withdraw(lostAs) },
    { at: minutes[1] * 60 + 10, act: async () => hearing.announce(lostAs) },
    ...(disturbance === undefined ? [] : [{ at: disturbance.at, act: () => disturbance.disturb(hearing) }]),
  ].sort((a, b) => a.at - b.at);
  for (const { at, act } of steps) {
    await hearing.passTo(at);
    await act();
  }
  await hearing.passTo((minutes[1] + 12) * 60);
  return hearing.found();
}

const at = 30 * 60 + 40;
const disturbances = {
  'a restart that takes two seconds': (hearing: Hearing) => hearing.restart(at + 2),
  'a restart that takes eight minutes': (hearing: Hearing) => hearing.restart(at + 480),
  'kill -9 and two seconds': (hearing: Hearing) => hearing.kill(at + 2),
  'kill -9 and eight minutes': (hearing: Hearing) => hearing.kill(at + 480),
  'silence of 60 seconds': async (hearing: Hearing) => {
    await hearing.passTo(at + 60, Number.POSITIVE_INFINITY);
    hearing.lose();
  },
};

for (const [name, disturb] of Object.entries(disturbances)) {
  test(`${name} hides no outage after it, and moves no time of one that it finds or leaves open`, async (t) => {
    const times = [[40, 55] as const, [20, 50] as const];
    for (const minutes of times) {
      const undisturbed = await outage(t, minutes);
      assert.equal(undisturbed.length, 2, undisturbed.join('\n'));
      assert.match(
        undisturbed[1]!,
        new RegExp(`closed outageFull as:65014 .* for ${minutes[1] - minutes[0]} min`),
      );
      assert.deepEqual(await outage(t, minutes, { at, disturb }), undisturbed);
    }
  });
}

test('a longer gap is no outage either, and what it hid is not made up', async (t) => {
  const hearing = await Hearing.of(t);
  await hearing.passTo(at);
  await hearing.restart(at + 40 * 60);
  await hearing.passTo(at + 80 * 60);
  assert.deepEqual(hearing.found(), []);
});

test('routers whose connections stand vote, however seldom they say anything', async (t) => {
  const quietly = async (areConnected: boolean) => {
    const routers = peersOf(Array.from({ length: 24 }, (_, number) => `r${number}@192.0.2.${number}`));
    const hearing = await Hearing.of(t, routers, areConnected);
    await hearing.passTo(35 * 60, Number.POSITIVE_INFINITY);
    hearing.withdraw(lostAs);
    await hearing.passTo(50 * 60, Number.POSITIVE_INFINITY);
    hearing.announce(lostAs);
    await hearing.passTo(65 * 60, 6 * 60);
    return hearing.found();
  };
  const found = await quietly(true);
  assert.equal(found.length, 2, found.join('\n'));
  assert.match(found[1]!, /closed outageFull as:65014 .* for 15 min/);
  assert.deepEqual(await quietly(false), []);
});
