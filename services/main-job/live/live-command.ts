import { join } from 'node:path';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { FeedHealth } from '#page/view/world-view.ts';
import { kafkaOptionsOf, readConfiguration } from '#runtime/configuration/configuration.ts';
import { maskedUrls } from '#runtime/configuration/masked-urls.ts';
import { watchListIn } from '../../active-prober/watch-list.ts';
import type { Command } from '../command.ts';
import { number } from '../report/progress.ts';
import { countsText } from '../report/refusal-report.ts';
import { StatusLine } from '../report/terminal.ts';
import { Told } from '../report/told.ts';
import { stopOnSignal } from '../signals.ts';
import { watchFileOf } from '../watched.ts';
import { Live, type LiveHealth } from './live.ts';
import type { LiveFeedsOptions } from './live-feeds.ts';

type LiveCommand = Extract<Command, { case: 'live' }>;

/** Where no terminal updates a line in place, the state of the feeds is told so often. */
const plainStatusMilliseconds = 60_000;
/** So many refusals are told one by one; the others are counted. */
const toldOneByOne = 5;
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
      return health === undefined ? 'starting' : healthText(health, rate.of(health.records));
    }),
  );
  const tell = (text: string) => status.line(out, `${paint('dim', clockText())}  ${maskedUrls(text)}`);
  let refusals = 0;
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
    onRefused: (origin, reason) => {
      if (++refusals <= toldOneByOne) tell(`refused: ${origin}: ${reason}`);
      else if (refusals === toldOneByOne + 1) tell('refused: more, which are counted');
    },
    ...(told.hasScores && { onScores: (value) => told.scores(value) }),
  });
  stopOnSignal(() => live.stop());
  tell(`the log is in ${dataFolder}`);
  if (page !== undefined) tell(`the page is at ${page.url}`);
  const feeds = setInterval(() => page?.setFeeds(feedsOf(live.health())), feedsMilliseconds).unref();
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
function healthText(health: LiveHealth, perSecond: number): string {
  const { sources, peers, delaySeconds, late, refused, risLive, bmp, kafka } = health;
  const parts = [
    `${clockText()}  ${number(sources)} collectors and routers, ${number(peers)} peers, ${number(perSecond)} records/s`,
  ];
  if (delaySeconds !== undefined) parts.push(`${delaySeconds} s behind`);
  if (risLive !== undefined)
    parts.push(risLive.isConnected ? 'RIS Live connected' : 'RIS Live NOT CONNECTED');
  if (risLive !== undefined && risLive.pauses > 0) parts.push(`paused ${number(risLive.pauses)} times`);
  if (bmp !== undefined) parts.push(`BMP ${bmp.connections} connected`);
  const turnedAway = sumOf(bmp?.turnedAway ?? new Map());
  if (turnedAway > 0) parts.push(`${number(turnedAway)} turned away`);
  if (kafka !== undefined)
    parts.push(kafka.isConnected ? `Kafka ${number(kafka.topics)} topics` : 'Kafka NOT CONNECTED');
  if (late > 0) parts.push(`${number(late)} late`);
  const total = sumOf(refused);
  if (total > 0) parts.push(`${number(total)} refused`);
  return parts.join(', ');
}

/** The feeds as the page shows them. */
function feedsOf(health: LiveHealth | undefined): FeedHealth[] {
  if (health === undefined) return [{ name: 'Feeds', isWell: true, text: 'starting' }];
  const { sources, peers, delaySeconds, risLive, bmp, kafka } = health;
  const behind = delaySeconds === undefined ? '' : `, ${number(delaySeconds)} s behind`;
  return [
    {
      name: 'All',
      isWell: sources > 0,
      text: `${number(sources)} collectors and routers, ${number(peers)} peers${behind}`,
    },
    ...(risLive === undefined
      ? []
      : [
          {
            name: 'RIS Live',
            isWell: risLive.isConnected,
            text: `${risLive.isConnected ? 'connected' : 'no connection'}, ${number(risLive.messages)} messages`,
          },
        ]),
    ...(bmp === undefined ? [] : [{ name: 'BMP', isWell: true, text: `${bmp.connections} connected` }]),
    ...(kafka === undefined
      ? []
      : [
          {
            name: 'Kafka',
            isWell: kafka.isConnected,
            text: `${kafka.isConnected ? `${number(kafka.topics)} topics` : 'no connection'}, ${number(kafka.records)} records`,
          },
        ]),
  ];
}

function totalsLines({ records, elems, refused, late, risLive, bmp, kafka }: LiveHealth): string[] {
  const refusedText = countsText(refused);
  const cutOffText = countsText(bmp?.cutOff ?? new Map());
  return [
    '',
    `${number(records)} records, ${number(elems)} announced and withdrawn prefixes, ${number(late)} late`,
    ...(risLive === undefined
      ? []
      : [`RIS Live: ${number(risLive.messages)} messages, ${risLive.connections} connections`]),
    ...(kafka === undefined ? [] : [`Kafka: ${number(kafka.records)} records of ${kafka.topics} topics`]),
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
