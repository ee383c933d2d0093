import { join } from 'node:path';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { kafkaOptionsOf, readConfiguration } from '#runtime/configuration/configuration.ts';
import { maskedUrls } from '#runtime/configuration/masked-urls.ts';
import { watchListIn } from '../../active-prober/watch-list.ts';
import type { Command } from '../command.ts';
import { number } from '../report/progress.ts';
import { countsText, firstRefusals } from '../report/refusal-report.ts';
import { StatusLine } from '../report/terminal.ts';
import { Told } from '../report/told.ts';
import { stopOnSignal } from '../signals.ts';
import { watchFileOf } from '../watched.ts';
import { Live, type LiveHealth } from './live.ts';
import type { LiveFeedsOptions } from './live-feeds.ts';
import { feedsOf } from './page-feeds.ts';

type LiveCommand = Extract<Command, { case: 'live' }>;

/** Where no terminal updates a line in place, the state of the feeds is told so often. */
const plainStatusMilliseconds = 60_000;
/** How the feeds are is brought to the page so often. */
const feedsMilliseconds = 5000;

/** Watches until it is interrupted; status 0, or 1 where it could not begin or go on. */
export async function liveCommand(command: LiveCommand): Promise<number> {
  const { output, dataFolder } = command;
  const watchList = command.watchList === undefined ? undefined : watchListIn(command.watchList);
  if (typeof watchList === 'string') {
    process.stderr.write(`steadybeat: ${command.watchList}: ${watchList}\n`);
    return 2;
  }
  const told = await Told.open(output);
  const { out, paint, page } = told;
  const rate = new MessageRate();
  const status = new StatusLine(
    process.stderr,
    plainEvery(process.stderr, () => {
      const health = live.health();
      return health === undefined ? 'starting' : healthText(health, live.frozen, rate.of(health.records));
    }),
  );
  const tell = (text: string) => status.line(out, `${paint('dim', clockText())}  ${maskedUrls(text)}`);
  const live = new Live({
    dataFolder,
    feeds: { ...wantedFeeds(command), onEvent: tell },
    watchList,
    watchFile: watchFileOf(output),
    onAnomaly: (anomaly: Anomaly, isKnown) => {
      if (!told.show(anomaly)) return;
      told.incidents.add(anomaly);
      const line = told.tell(anomaly, isKnown);
      if (line !== undefined) status.line(out, line);
    },
    onRefused: firstRefusals(tell),
    ...(told.hasScores && { onScores: (value) => told.scores(value) }),
  });
  stopOnSignal(() => live.stop());
  tell(`the log is in ${dataFolder}`);
  if (page !== undefined) tell(`the page is at ${page.url}`);
  const feeds = setInterval(
    () => page?.setFeeds(feedsOf(live.health(), Date.now())),
    feedsMilliseconds,
  ).unref();
  try {
    await live.run();
  } catch (error) {
    status.end();
    process.stderr.write(
      `steadybeat: ${maskedUrls(error instanceof Error ? error.message : String(error))}\n`,
    );
    return 1;
  } finally {
    clearInterval(feeds);
    status.end();
    told.closeScores();
    await page?.close();
  }
  const health = live.health();
  if (health !== undefined) for (const line of totalsLines(health)) out.write(`${line}\n`);
  for (const line of told.incidents.summary(paint)) out.write(`${line}\n`);
  return 0;
}

/** Brokers of others are reached as those of this project are: by TLS and as the user that the environment names. */
function wantedFeeds({ risLiveUrl, bmp, kafka, dataFolder }: LiveCommand): Omit<LiveFeedsOptions, 'onEvent'> {
  if (kafka === undefined) return { risLiveUrl, bmp, kafka };
  const read = readConfiguration(process.env, undefined);
  if (read.case === 'wrong') throw new Error(read.mistakes.join('\n'));
  const options = kafkaOptionsOf(read.configuration, 'steadybeat-live', () => undefined);
  return {
    risLiveUrl,
    bmp,
    kafka: {
      kafka: { ...options, brokers: kafka.brokers },
      topics: kafka.topics,
      positionsFile: join(dataFolder, 'kafka-positions.json'),
    },
  };
}

/** "23 collectors and routers, 1,204 peers, 5,210 records/s, 2 s behind; RIS Live connected". */
function healthText(health: LiveHealth, frozen: readonly string[], perSecond: number): string {
  const { sources, peers, delaySeconds, late, refused, risLive, bmp, kafka } = health;
  const parts = [
    `${clockText()}  ${number(sources)} collectors and routers, ${number(peers)} peers, ${number(perSecond)} records/s`,
  ];
  if (delaySeconds !== undefined) parts.push(`${delaySeconds} s behind`);
  if (frozen.length > 0) parts.push(`CANNOT JUDGE ${frozen.join(' and ')} NOW: too few peers vote`);
  if (risLive !== undefined)
    parts.push(risLive.isConnected ? 'RIS Live connected' : 'RIS Live NOT CONNECTED');
  if (risLive !== undefined && risLive.pauses > 0) parts.push(`paused ${number(risLive.pauses)} times`);
  const unheardSeconds = Math.ceil((risLive?.unheardMilliseconds ?? 0) / 1000);
  if (unheardSeconds > 0) parts.push(`not heard for ${number(unheardSeconds)} s in all`);
  if (bmp !== undefined) parts.push(`BMP ${bmp.connections} connected`);
  const turnedAway = sumOf(bmp?.turnedAway ?? new Map());
  if (turnedAway > 0) parts.push(`${number(turnedAway)} turned away`);
  if (kafka !== undefined)
    parts.push(kafka.isConnected ? `Kafka ${number(kafka.topics)} topics` : 'Kafka NOT CONNECTED');
  if (kafka?.lagSeconds) parts.push(`archives ${number(Math.round(kafka.lagSeconds / 60))} min late`);
  if (kafka !== undefined && kafka.leftOut > 0) parts.push(`${number(kafka.leftOut)} left out`);
  const replaced = replacedTimesOf(health);
  if (replaced > 0) parts.push(`${number(replaced)} times replaced`);
  if (late > 0) parts.push(`${number(late)} late`);
  const total = sumOf(refused);
  if (total > 0) parts.push(`${number(total)} refused`);
  return parts.join(', ');
}

/** Records that count as of when they came, since their own time could not be believed. */
const replacedTimesOf = ({ risLive, bmp, kafka }: LiveHealth): number =>
  (risLive?.replacedTimes ?? 0) + (bmp?.replacedTimes ?? 0) + (kafka?.replacedTimes ?? 0);

function totalsLines(health: LiveHealth): string[] {
  const { records, elems, refused, late, risLive, bmp, kafka } = health;
  const replaced = replacedTimesOf(health);
  const refusedText = countsText(refused);
  const cutOffText = countsText(bmp?.cutOff ?? new Map());
  return [
    '',
    `${number(records)} records, ${number(elems)} announced and withdrawn prefixes, ${number(late)} late`,
    ...(risLive === undefined
      ? []
      : [`RIS Live: ${number(risLive.messages)} messages, ${risLive.connections} connections`]),
    ...(kafka === undefined ? [] : [`Kafka: ${number(kafka.records)} records of ${kafka.topics} topics`]),
    ...(replaced === 0
      ? []
      : [`times that were not believed, replaced by when they came: ${number(replaced)}`]),
    ...(refusedText === '' ? [] : [`refused: ${refusedText}`]),
    ...(cutOffText === '' ? [] : [`BMP connections cut off: ${cutOffText}`]),
  ];
}

const clockText = (): string => `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** Records a second over the last ten seconds. */
class MessageRate {
  readonly #marks: { at: number; records: number }[] = [];

  of(records: number): number {
    const at = performance.now();
    this.#marks.push({ at, records });
    while (this.#marks.length > 2 && at - this.#marks[0]!.at > 10_000) this.#marks.shift();
    const first = this.#marks[0]!;
    return at - first.at < 500 ? 0 : (1000 * (records - first.records)) / (at - first.at);
  }
}

/** On a terminal each text that is asked for, elsewhere one now and then. */
function plainEvery(stream: NodeJS.WriteStream, text: () => string): () => string {
  if (stream.isTTY) return text;
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - toldAt < plainStatusMilliseconds) return '';
    toldAt = performance.now();
    return text();
  };
}

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
