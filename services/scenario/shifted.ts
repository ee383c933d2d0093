import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '#core/event-time.ts';
import { MrtWriter } from '#core/mrt/writer.ts';
import { shiftedSource } from '#core/shifted-source.ts';
import { type CollectorFeed, collectorAs, type MinuteRecords } from './collector-feed.ts';
import type { GeneratedScenario } from './generate.ts';
import type { Peer } from './topology.ts';

/** Header of an MRT record (RFC 6396 2): timestamp, type, subtype, length of what follows. */
const headerBytes = 12;
const lengthAt = 8;

/**
 * The same records, all later by whole minutes, so that the minutes are the same ones. From `heardFrom` on (a time of the
 * original) each collector hears something in every minute, as a collector of the world does: an UPDATE without routes, which
 * changes nothing, so that who reads at the pace of time knows that a quiet minute is over.
 */
export function shifted(
  generated: GeneratedScenario,
  minutes: number,
  heardFrom: EventSecond,
): GeneratedScenario {
  const seconds = 60 * minutes;
  const { topology, fromSecond, untilSecond, losses } = generated;
  const collectors = generated.collectors.map((feed, index) => {
    const peer = topology.peers.find(({ collector }) => collector === index)!;
    return shiftedFeed(feed, minutes, peer, { from: minuteOf(heardFrom), until: minuteOf(untilSecond) });
  });
  return {
    ...generated,
    fromSecond: fromSecond + seconds,
    untilSecond: untilSecond + seconds,
    collectors,
    losses: losses.map((loss) => ({
      ...loss,
      startSecond: loss.startSecond + seconds,
      endSecond: loss.endSecond + seconds,
    })),
    // Probes would have to be shifted too.
    probes: undefined,
  };
}

/** Minutes [from, until) of the original. */
interface Span {
  readonly from: EventMinute;
  readonly until: EventMinute;
}

function shiftedFeed(feed: CollectorFeed, minutes: number, peer: Peer, heard: Span): CollectorFeed {
  return {
    collector: shiftedSource(feed.collector, minutes),
    *rib() {
      for (const bytes of feed.rib()) yield retimed(bytes, 60 * minutes);
    },
    *updates() {
      for (const { eventMinute, bytes } of withEveryMinute(feed.updates(), peer, heard))
        yield { eventMinute: eventMinute + minutes, bytes: retimed(bytes, 60 * minutes) };
    },
  };
}

/** An UPDATE without routes at the beginning of each minute. */
function* withEveryMinute(
  records: Iterable<MinuteRecords>,
  peer: Peer,
  { from, until }: Span,
): Generator<MinuteRecords> {
  const writer = new MrtWriter(collectorAs);
  let next = from;
  const heard = (): MinuteRecords => {
    writer.withdraw(firstSecondOf(next), peer, 'ipv4', []);
    return { eventMinute: next++, bytes: writer.take() };
  };
  for (const { eventMinute, bytes } of records) {
    while (next <= eventMinute) yield heard();
    yield { eventMinute, bytes };
  }
  while (next < until) yield heard();
}

/** A copy of whole MRT records with later times. */
function retimed(records: Uint8Array, seconds: number): Uint8Array {
  const later = records.slice();
  const view = new DataView(later.buffer);
  for (let at = 0; at < later.length; at += headerBytes + view.getUint32(at + lengthAt))
    view.setUint32(at, view.getUint32(at) + seconds);
  return later;
}
