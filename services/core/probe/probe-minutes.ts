import type { ProbeResult, ProbeResults } from '../contract/probe-results.ts';
import { type EventMinute, minuteOf } from '../event-time.ts';

/** After a longer gap it is another run of the source: what was probed before is absent in between. */
const longestGapMinutes = 360;

/** Stored results as one source writes them: by minute, each with its tick, then its end. Minutes without results are left out. */
export function* storedProbes(source: string, results: readonly ProbeResult[]): Generator<ProbeResults> {
  if (results.length === 0) return;
  const byMinute = Map.groupBy(results, ({ eventSecond }) => minuteOf(eventSecond));
  const minutes = [...byMinute.keys()].sort((a, b) => a - b);
  const say = (eventMinute: EventMinute, content: ProbeResults['content']): ProbeResults => ({
    source,
    eventMinute,
    content,
  });
  yield say(minutes[0]!, { case: 'sourceOpened', live: false });
  for (const [i, minute] of minutes.entries()) {
    const before = minutes[i - 1] ?? minute;
    if (minute - before > longestGapMinutes) {
      yield say(before, { case: 'endOfSource' });
      yield say(minute, { case: 'sourceOpened', live: false });
    }
    yield say(minute, { case: 'batch', results: byMinute.get(minute)! });
    yield say(minute, { case: 'tick' });
  }
  yield say(minutes.at(-1)!, { case: 'endOfSource' });
}
