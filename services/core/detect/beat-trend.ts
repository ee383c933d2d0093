import type { Trend } from '../contract/anomalies.ts';
import type { AsScore } from '../contract/as-scores.ts';
import type { AsState, Minute } from './as-state.ts';
import type { BeatIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { beat } from './thresholds.ts';

/** Whether the beat gets worse or eases; told when it has held for half an hour, and at most once an hour. */
export function noteTrend(
  state: AsState,
  incident: BeatIncident,
  score: AsScore,
  now: Minute,
  book: IncidentBook,
): void {
  if (isOut(score)) return;
  const trend = trendOf(score, incident);
  if (trend !== incident.nextTrend) {
    incident.nextTrend = trend;
    incident.nextTrendSinceSecond = now.eventSecond;
  }
  if (trend === incident.trend || state.beatId !== incident.id) return;
  const hasHeld = now.eventSecond - incident.nextTrendSinceSecond >= beat.trendHoldSeconds;
  const isLongAgo = now.eventSecond - incident.trendToldSecond >= beat.trendAgainSeconds;
  if (!hasHeld || !isLongAgo) return;
  incident.trend = trend;
  incident.trendToldSecond = now.eventSecond;
  book.update(incident);
}

/** While all of the AS is out nothing can flap: that is no easing. */
const isOut = ({ ipv4, ipv6 }: AsScore): boolean => ipv4.visible + ipv6.visible === 0;

function trendOf({ beat: { rateRatio, events } }: AsScore, incident: BeatIncident): Trend {
  // Without any event in the 4 hours before there is nothing to compare with.
  if (rateRatio === 0 && events > 0) return incident.trend;
  if (rateRatio >= beat.worseningRatio) return 'worsening';
  return rateRatio <= beat.easingRatio ? 'easing' : 'steady';
}
