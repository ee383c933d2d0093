import { firstSecondOf, formatMinute, formatSecond, minuteOf } from '#core/event-time.ts';
import type { AskedRange } from '../html/incident-page.ts';
import type { AsHistory } from '../view/as-history.ts';
import type { AsNames } from '../view/as-names.ts';
import type { StateSpan } from '../view/state-spans.ts';
import type { WorldView } from '../view/world-view.ts';
import { incidentSummary } from './incident-json.ts';

const incidentsMax = 200;
const shownSeconds = 8 * 86_400;

/** One AS: how it is, its minute scores, when its prefixes were gone and probes reached it, and its latest incidents. */
export function asDetail(view: WorldView, names: AsNames, originAs: number, asked: AskedRange | undefined) {
  const history = view.ases.get(originAs);
  const known = names.get(originAs);
  const toSecond = asked?.toSecond ?? view.asOfSecond;
  const fromSecond = asked?.fromSecond ?? Math.max(0, toSecond - shownSeconds);
  const incidents = view.incidents
    .ofOrigin(originAs)
    .sort((a, b) => b.latest.startSecond - a.latest.startSecond)
    .slice(0, incidentsMax);
  return {
    originAs,
    ...(known && { name: known.name }),
    ...(known?.country && { country: known.country }),
    asOf: formatSecond(view.asOfSecond),
    fromTime: formatSecond(fromSecond),
    toTime: formatSecond(toSecond),
    ...(history && { latest: latestOf(history), ...within(history, fromSecond, toSecond) }),
    incidents: incidents.map((record) => incidentSummary(record, names)),
  };
}

function latestOf({ latest: { minute, ...rest } }: AsHistory) {
  return { minute: formatMinute(minute), ...rest };
}

function within(history: AsHistory, fromSecond: number, toSecond: number) {
  const points = history.series.between(minuteOf(fromSecond), minuteOf(toSecond));
  return {
    /** Columns of equal length. A minute that is not there was quiet. */
    scores: {
      time: points.map(({ minute }) => firstSecondOf(minute)),
      score: points.map(({ score }) => rounded(score)),
      surprise: points.map(({ surprise }) => rounded(surprise)),
      lost: points.map(({ lost }) => lost),
    },
    prefixes: history.prefixes().map((prefix) => ({
      prefix,
      state: history.statesOf(prefix)!.state,
      spans: history.statesOf(prefix)!.spans(fromSecond, toSecond).map(spanJson),
    })),
    ...(history.reach && {
      probes: {
        state: history.reach.state,
        spans: history.reach.spans(fromSecond, toSecond).map(spanJson),
      },
    }),
  };
}

const spanJson = ({ state, fromSecond, toSecond }: StateSpan<string>) => ({
  state,
  startTime: formatSecond(fromSecond),
  ...(Number.isFinite(toSecond) && { endTime: formatSecond(toSecond) }),
});

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
