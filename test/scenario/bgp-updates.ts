import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { minuteOf } from '#core/event-time.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';

/**
 * What a feeder writes of the scenario: every source opened first, then its table, then minute after
 * minute with a tick each. Minutes in which no source has anything are left out: every stage goes through them by itself.
 */
export function* bgpUpdatesOf({
  collectors,
  fromSecond,
  untilSecond,
}: GeneratedScenario): Generator<BgpUpdates> {
  const firstMinute = minuteOf(fromSecond);
  const lastMinute = minuteOf(untilSecond) - 1;
  for (const { collector: source } of collectors) {
    yield { source, eventMinute: firstMinute, content: { case: 'sourceOpened', seed: false } };
  }
  for (const { collector: source, rib } of collectors) {
    yield { source, eventMinute: firstMinute, content: { case: 'ribBegin' } };
    for (const value of rib())
      yield { source, eventMinute: firstMinute, content: { case: 'mrtRecords', value } };
    yield { source, eventMinute: firstMinute, content: { case: 'ribEnd' } };
  }
  const feeds = collectors.map(({ collector, updates }) => {
    const iterator = updates()[Symbol.iterator]();
    return { source: collector, iterator, next: iterator.next() };
  });
  for (;;) {
    const eventMinute = Math.min(
      ...feeds.map(({ next }) => (next.done === true ? lastMinute : next.value.eventMinute)),
    );
    for (const feed of feeds) {
      const { source, next } = feed;
      if (next.done !== true && next.value.eventMinute === eventMinute) {
        yield { source, eventMinute, content: { case: 'mrtRecords', value: next.value.bytes } };
        feed.next = feed.iterator.next();
      }
      yield { source, eventMinute, content: { case: 'tick' } };
    }
    if (eventMinute === lastMinute) break;
  }
  for (const { source } of feeds) yield { source, eventMinute: lastMinute, content: { case: 'endOfSource' } };
}
