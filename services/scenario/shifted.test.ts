import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minuteOf } from '#core/event-time.ts';
import { generate } from './generate.ts';
import type { Scenario } from './scenario.ts';
import { shifted } from './shifted.ts';

const scenario: Scenario = {
  name: 'shifted',
  title: 'An AS is gone for an hour',
  documented: [],
  drawn: [],
  from: '2014-12-22T00:00Z',
  until: '2014-12-22T04:00Z',
  topology: {
    collectors: 2,
    fullFeedPeers: 12,
    partialFeedPeers: 0,
    ipv6Peers: 0,
    backgroundAses: 20,
    origins: [{ asn: 131_279, upstreams: [4837], prefixes: ['175.45.176.0/24'] }],
  },
  events: [
    {
      event: 'loss',
      asn: 131_279,
      from: '2014-12-22T02:00Z',
      until: '2014-12-22T03:00Z',
      cause: 'blackout',
    },
  ],
  verdict: { source: 'this test', must: [], may: [] },
};
const minutes = 6_268_877;
const original = generate(scenario, 1);
const heardFrom = original.losses[0]!.startSecond;
const later = shifted(original, minutes, heardFrom);

interface MrtRecord {
  readonly second: number;
  /** All but the time. */
  readonly rest: string;
}

function recordsOf(chunks: Iterable<Uint8Array>): MrtRecord[] {
  const bytes = Buffer.concat([...chunks]);
  const records: MrtRecord[] = [];
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + 12 + bytes.readUInt32BE(at + 8);
    records.push({ second: bytes.readUInt32BE(at), rest: bytes.toString('hex', at + 4, end) });
  }
  return records;
}

const updatesOf = (feed: (typeof later.collectors)[number]) =>
  recordsOf([...feed.updates()].map(({ bytes }) => bytes));

test('tables and updates are the same but for their times', () => {
  for (const [i, feed] of later.collectors.entries()) {
    const before = original.collectors[i]!;
    const isLater = ({ second, rest }: MrtRecord) => ({ second: second + 60 * minutes, rest });
    assert.deepEqual(recordsOf(feed.rib()), recordsOf(before.rib()).map(isLater));
    const withRoutes = updatesOf(feed).filter(({ rest }) => !isWithoutRoutes(rest));
    assert.deepEqual(withRoutes, updatesOf(before).map(isLater));
  }
});

test('from the blackout on something is heard in every minute, in order, and nothing is added before', () => {
  for (const feed of later.collectors) {
    const records = updatesOf(feed);
    const added = records.filter(({ rest }) => isWithoutRoutes(rest)).map(({ second }) => minuteOf(second));
    const first = minuteOf(heardFrom) + minutes;
    const count = minuteOf(later.untilSecond) - first;
    assert.deepEqual(
      added,
      Array.from({ length: count }, (_, i) => first + i),
    );
    const seconds = records.map(({ second }) => second);
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => a - b),
    );
    for (const { eventMinute, bytes } of feed.updates())
      for (const { second } of recordsOf([bytes])) assert.equal(minuteOf(second), eventMinute);
  }
});

test('names, bounds and losses are shifted with them', () => {
  assert.deepEqual(
    later.collectors.map(({ collector }) => collector),
    ['reconstructed-rrc00+4353d9h17m', 'reconstructed-rrc01+4353d9h17m'],
  );
  assert.equal(later.fromSecond - original.fromSecond, 60 * minutes);
  assert.equal(later.losses[0]!.endSecond - original.losses[0]!.endSecond, 60 * minutes);
});

/** An UPDATE of 23 bytes: no withdrawn routes, no attributes, no routes (RFC 4271 4.3). */
const isWithoutRoutes = (rest: string): boolean => rest.endsWith('001702' + '00000000');
