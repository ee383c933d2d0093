import type { Anomaly } from '#core/contract/anomalies.ts';
import { type EventSecond, parseSecond } from '#core/event-time.ts';
import { secondOf } from '#scenario/draw.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';
import { northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import type { TruthLoss } from '#scenario/timeline.ts';
import { durationText, kindNames, timeText } from '../report/incident-line.ts';
import type { IncidentList } from '../report/incident-list.ts';
import type { Paint } from '../report/terminal.ts';
import { type NetworkHistory, type PictureFrame, picture } from './picture.ts';
import { dayText } from './story.ts';

const daySeconds = 86_400;
const cellSeconds = 3 * 3600;
const pictureFrom = parseSecond('2014-12-20T00:00Z')!;
const pictureDays = 8;
/** How far the found start of a loss may lie from the drawn one to be the same. */
const sameStartSeconds = 900;

/** The days of the replay in one picture, and what was found beside what was drawn. */
export function closingLines(
  scenario: GeneratedScenario,
  history: NetworkHistory,
  incidents: IncidentList,
  playedUntil: EventSecond,
  paint: Paint,
): string[] {
  const own = incidents.mostImportant().filter(({ originAs }) => originAs === northKoreaAs);
  const others = incidents.mostImportant().filter(({ originAs }) => originAs !== northKoreaAs);
  return [
    '',
    paint('bold', 'The eight days in one picture, each cell three hours'),
    ...picture(history, frameOf(scenario), paint),
    '',
    paint('bold', 'What was found'),
    ...own.toSorted((a, b) => a.startSecond - b.startSecond).map((anomaly) => `  ${foundLine(anomaly)}`),
    ...(own.length === 0 ? ['  nothing on AS131279'] : []),
    ...drawnLosses(scenario, playedUntil).map((loss) => `  ${comparison(loss, own)}`),
    `  On all other networks: ${others.length === 0 ? 'nothing' : `${others.length} incidents`}.`,
  ];
}

function frameOf({ scenario, fromSecond }: GeneratedScenario): PictureFrame {
  const from = pictureFrom + fromSecond - secondOf(scenario.from);
  return {
    fromSecond: from,
    cellSeconds,
    cells: (pictureDays * daySeconds) / cellSeconds,
    marks: Array.from({ length: pictureDays }, (_, day) => ({
      cell: (day * daySeconds) / cellSeconds,
      text: dayText(from + day * daySeconds).slice(0, 6),
    })),
  };
}

function foundLine({ kind, startSecond, endSecond, durationSeconds, closeReason }: Anomaly): string {
  const end =
    endSecond === undefined ? 'goes on' : `to ${timeText(endSecond)}, ${durationText(durationSeconds)}`;
  const expired = closeReason === 'expired' ? ' (expired)' : '';
  return `${kindNames[kind].padEnd(14)} from ${timeText(startSecond)} ${end}${expired}`;
}

/** Whole losses that the scenario names, apart from the flaps of the beat and single blips. */
const drawnLosses = ({ losses, scenario }: GeneratedScenario, playedUntil: EventSecond): TruthLoss[] => {
  const named = scenario.events.flatMap((event) => (event.event === 'loss' ? [event.cause] : []));
  return losses.filter(
    ({ originAs, cause, startSecond }) =>
      originAs === northKoreaAs && named.includes(cause) && startSecond < playedUntil,
  );
};

function comparison({ cause, startSecond, endSecond }: TruthLoss, found: readonly Anomaly[]): string {
  const is = `Put in: the ${cause}, ${spanText(startSecond, endSecond)}.`;
  const match = found.find((anomaly) => Math.abs(anomaly.startSecond - startSecond) <= sameStartSeconds);
  if (match === undefined) return `${is} Found: no such outage.`;
  if (match.endSecond === undefined) return `${is} Found: from ${timeText(match.startSecond)}, goes on.`;
  return `${is} Found: ${spanText(match.startSecond, match.endSecond)}.`;
}

const spanText = (start: EventSecond, end: EventSecond): string =>
  `${timeText(start)} to ${timeText(end)}, ${durationText(end - start)}`;
