import type { Anomaly } from '#core/contract/anomalies.ts';
import { firstSecondOf, formatMinute, minuteOf } from '#core/event-time.ts';
import { shiftOf } from '#core/shifted-source.ts';
import type { PageOptions } from '#page/http/page.ts';
import { blackoutNow } from '#scenario/blackout-now.ts';
import { describe } from '#scenario/describe.ts';
import { type GeneratedScenario, generate } from '#scenario/generate.ts';
import { nk2014, northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import { Pace } from '../../feeder/pace.ts';
import type { Command } from '../command.ts';
import { Detection } from '../detection.ts';
import { durationText } from '../report/incident-line.ts';
import { number } from '../report/progress.ts';
import type { ShownPage } from '../report/shown-page.ts';
import { StatusLine } from '../report/terminal.ts';
import { Told } from '../report/told.ts';
import { stopOnSignal } from '../signals.ts';
import { watchFileOf } from '../watched.ts';
import { pictureLegend } from './picture.ts';
import { closingLines } from './replay-closing.ts';
import { scenarioFiles } from './replay-files.ts';
import { Story } from './story.ts';

type ReplayCommand = Extract<Command, { case: 'replay' }>;

/** The story is told in steps of so much event time: all that happened in one has gone through all services. */
const stepMinutes = 360;

/** Plays December 2014 through all services and tells what they find; status 0, or 130 where it was interrupted. */
export async function replayCommand({ seed, isNow, output }: ReplayCommand): Promise<number> {
  const told = await Told.open(output, pageOptions(seed, isNow));
  const { out, paint, page, incidents } = told;
  out.write(
    `${paint('bold', 'Steadybeat replays December 2014, when North Korea went off the Internet.')}\n`,
  );
  if (page !== undefined) out.write(`The page: ${page.url}\n`);
  const scenario = isNow ? blackoutNow(Date.now() / 1000, seed) : generate(nk2014(), seed);
  for (const line of introduction(scenario)) out.write(`${line}\n`);
  if (isNow) out.write(`${shiftText(scenario)}\n\n`);

  const began = performance.now();
  const story = new Story(northKoreaAs, networksOf(scenario), scenario.fromSecond, paint);
  const status = new StatusLine(process.stderr, () => statusText(scenario, detection.totals()?.minute));
  const tell = (lines: readonly string[]) => {
    for (const line of lines) status.line(out, line);
  };
  const detection = new Detection({
    watchFile: watchFileOf(output),
    onAnomaly: (anomaly: Anomaly) => {
      if (!told.show(anomaly)) return;
      incidents.add(anomaly);
      story.addAnomaly(anomaly);
      // People get the story.
      told.tell(anomaly);
    },
    onScores: (value) => {
      told.scores(value);
      story.addScores(value);
    },
    routes: told.routes(),
    ...(isNow && { pace: new Pace(Date.now) }),
    checkpoint: {
      everyMinutes: stepMinutes,
      reached: (minute) => tell(story.tellUntil(firstSecondOf(minute - 1))),
    },
  });
  const interrupted = stopOnSignal(() => detection.stop());
  try {
    await detection.run(scenarioFiles(scenario));
  } finally {
    status.end();
    told.closeScores();
  }
  const { minute = minuteOf(scenario.untilSecond), records, elems, peers, sources } = detection.totals()!;
  tell(story.end(firstSecondOf(minute + 1)));
  const seconds = (performance.now() - began) / 1000;
  tell(closingLines(scenario, story.history, incidents, firstSecondOf(minute + 1), paint));
  tell([
    '',
    `${number(records)} MRT records, ${number(elems)} announced and withdrawn prefixes, ${peers} peers of ${sources} collectors, in ${seconds.toFixed(1)} s.`,
  ]);
  const wasInterrupted = interrupted();
  await endPage(page, wasInterrupted, tell);
  return wasInterrupted ? 130 : 0;
}

/** The page goes on after the replay; without it, one line tells of it. */
async function endPage(
  page: ShownPage | undefined,
  isInterrupted: boolean,
  tell: (lines: readonly string[]) => void,
): Promise<void> {
  if (page === undefined) {
    tell(['The same to look at, in a browser: npm start -- --page']);
    return;
  }
  if (!isInterrupted) {
    tell(['', `The page stays at ${page.url} until Ctrl-C.`]);
    await page.stay();
  }
  await page.close();
}

function pageOptions(seed: number, isNow: boolean): PageOptions {
  const again = seed === 1 ? 'npm start -- --page' : `npm start -- --page --seed ${seed}`;
  return {
    // Of shifted updates the page says so by itself.
    ...(!isNow && {
      notice:
        'A replay of December 2014: updates reconstructed from what was published, read by the detector as real ones are. Not the Internet as it is now.',
    }),
    names: new Map([[northKoreaAs, { name: 'STAR-KP Ryugyong-dong', country: 'KP' }]]),
    replayCommand: () => again,
  };
}

/** Each collector names the shift: one is as good as another. */
function shiftText({ collectors, fromSecond }: GeneratedScenario): string {
  const minutes = shiftOf(collectors[0]!.collector)!;
  const from = formatMinute(minuteOf(fromSecond) - minutes);
  return [
    `Shifted by ${durationText(60 * minutes)}: what is dated ${formatMinute(minuteOf(fromSecond))} below was ${from}. The blackout began 70 minutes ago;`,
    'what is past is played at once, the rest at the pace of time, until Ctrl-C.',
  ].join('\n');
}

function introduction(scenario: GeneratedScenario): string[] {
  return [
    'Networks tell each other by BGP how to reach which addresses. North Korea had four networks, all behind one',
    'provider. For more than a day they flickered; then they were gone for nine and a half hours. Every update below is',
    'reconstructed as bytes that a collector would have written, and read by the decoder, the route tables, the scorer',
    'and the detector that read real files.',
    '',
    ...describe(scenario),
    '',
    `A picture of each day on which a network went, half-hours in UTC:  ${pictureLegend}`,
    '',
  ];
}

const networksOf = ({ topology }: GeneratedScenario): string[] =>
  topology.prefixes.filter(({ origin }) => origin.asn === northKoreaAs).map(({ text }) => text);

function statusText({ fromSecond, untilSecond }: GeneratedScenario, minute: number | undefined): string {
  if (minute === undefined) return '';
  const share = (firstSecondOf(minute) - fromSecond) / (untilSecond - fromSecond);
  return `${String(Math.floor(share * 100)).padStart(3)} %  ${formatMinute(minute)}`;
}
