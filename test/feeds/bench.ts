/**
 * How fast feeds become MRT records, on one core: `STEADYBEAT_DATA=... node test/feeds/bench.ts`. The UPDATEs are real ones
 * of rrc23; RIS Live is measured beside JSON.parse alone over the same frames.
 */
import { median } from 'simple-statistics';
import { BmpSession } from '#core/bmp/session.ts';
import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { writeAscii } from '../../services/feeder/live/ascii.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { print } from '../bench/bars.ts';
import { readWhole } from '../decode/mrt-files.ts';
import { risFrame, routeMonitoring, updatesIn } from './made-frames.ts';

const file = 'mrt/jwbensley_dfz_name_and_shame__rrc23.updates.20220501.2305.gz';
const rounds = 15;

type Run = () => void | Promise<void>;

/** Seconds of each of the runs, in turn again and again: the medians, in processor time of all threads, for the machine may be shared. */
async function measure(...runs: Run[]): Promise<number[]> {
  const seconds = runs.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, run] of runs.entries()) {
      const began = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(began);
      seconds[i]!.push((user + system) / 1e6);
    }
  return seconds.map((all) => median(all));
}

const rate = (count: number, seconds: number): string =>
  `${(count / seconds / 1000).toFixed(0)},000/s, ${((seconds * 1e6) / count).toFixed(2)} us each`;

/** What comes is of now. */
let clockSecond = 0;

/** A live feed into a log that throws everything away: with all that makes records of bgp.updates. */
async function liveFeed(): Promise<LiveFeed> {
  clockSecond = updates[0]!.second;
  const transport = {
    openProducer: async () => ({ send: async () => {}, close: async () => {} }),
    offsets: async () => ({ low: 0, high: 0 }),
    async *scan() {},
  };
  const live = new LiveFeed(
    { partitions: 2, checkpoint: noCheckpoint, now: () => clockSecond * 1000 },
    transport,
  );
  await live.start();
  return live;
}

const updates = updatesIn(await readWhole(file));
const elems = updates.reduce((sum, u) => sum + u.announcements.length + u.withdrawals.length, 0);
console.log(`${updates.length} UPDATEs, ${elems} announced and withdrawn prefixes`);

for (const hasRaw of [true, false]) {
  const frames = updates.map((update) => risFrame(update, 'rrc23', hasRaw));
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const [parse, translate, feed] = (await measure(
    () => {
      for (const frame of frames) JSON.parse(frame);
    },
    () => {
      const translator = new RisLiveTranslator(writeAscii);
      for (const frame of frames) translator.take(frame, 2_000_000_000);
    },
    () => feedRisLive(frames),
  )) as [number, number, number];
  const figure = (seconds: number): string =>
    `${rate(frames.length, seconds)}, ${(seconds / parse).toFixed(2)} x JSON.parse`;
  print(
    `RIS Live ${hasRaw ? 'with raw, as it is asked for' : 'without raw'}, ${Math.round(bytes / frames.length)} octets a frame`,
    [
      { what: 'JSON.parse alone', figure: rate(frames.length, parse) },
      { what: 'to MRT', figure: figure(translate) },
      {
        what: 'to bgp.updates',
        figure: figure(feed),
        ...(hasRaw && {
          bar: '100,000/s, 2 x JSON.parse',
          holds: frames.length / feed >= 1e5 && feed <= 2 * parse,
        }),
      },
    ],
  );
}

async function feedRisLive(frames: readonly string[]): Promise<void> {
  const translator = new RisLiveTranslator(writeAscii);
  const live = await liveFeed();
  for (const [i, frame] of frames.entries()) {
    const { second } = updates[i]!;
    // As each second of the clock does.
    if (second > clockSecond) await live.flush();
    clockSecond = Math.max(clockSecond, second);
    if (translator.take(frame, clockSecond) === 'records')
      live.take(translator.source, translator.out.bytes, 0, translator.out.length);
  }
  await live.stop();
}

const bmp = Buffer.concat(updates.map(routeMonitoring));
const takeBmp = async (live: LiveFeed | undefined) => {
  const session = new BmpSession({ collectorAs: 6447, onRefused: () => {} });
  for (let at = 0, to = 0; at < bmp.length; ) {
    to = Math.min(bmp.length, to + 65_536);
    at = session.take(bmp, at, to, updates[0]!.second, 0);
    live?.take('router', session.out.bytes, 0, session.out.length);
    session.out.length = 0;
  }
  await live?.stop();
};
const [toMrt, toUpdates] = (await measure(
  () => takeBmp(undefined),
  async () => takeBmp(await liveFeed()),
)) as [number, number];
print('BMP, prefixes', [
  { what: 'to MRT', figure: rate(elems, toMrt) },
  {
    what: 'to bgp.updates',
    figure: rate(elems, toUpdates),
    bar: '1,000,000/s',
    holds: elems / toUpdates >= 1e6,
  },
]);
