/**
 * How fast feeds become MRT records, on one core: `STEADYBEAT_DATA=... node test/feeds/bench.ts`. The UPDATEs are real ones
 * of rrc23; RIS Live is measured beside JSON.parse alone over the same frames.
 */
import { BmpSession } from '#core/bmp/session.ts';
import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { readWhole } from '../decode/mrt-files.ts';
import { risFrame, routeMonitoring, updatesIn } from './made-frames.ts';

const file = 'mrt/jwbensley_dfz_name_and_shame__rrc23.updates.20220501.2305.gz';
const runs = 5;

/** The best of some runs, in processor time of all threads: what waits for others' work on a shared machine does not count. */
async function measure(
  name: string,
  unit: string,
  count: number,
  run: () => void | Promise<void>,
): Promise<void> {
  await run();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const began = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1000);
  }
  const rate = Math.round((count / best) * 1000).toLocaleString('en-US');
  console.log(`${name}: ${rate} ${unit}/s, ${((best * 1000) / count).toFixed(2)} µs each`);
}

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
  const what = `${hasRaw ? 'with' : 'without'} raw, ${Math.round(bytes / frames.length)} octets a frame`;
  await measure(`JSON.parse alone, ${what}`, 'messages', frames.length, () => {
    for (const frame of frames) JSON.parse(frame);
  });
  await measure(`RIS Live to MRT, ${what}`, 'messages', frames.length, () => {
    const translator = new RisLiveTranslator();
    for (const frame of frames) translator.take(frame, 2_000_000_000);
  });
  await measure(`RIS Live to bgp.updates, ${what}`, 'messages', frames.length, async () => {
    const translator = new RisLiveTranslator();
    const live = await liveFeed();
    for (const [i, frame] of frames.entries()) {
      clockSecond = updates[i]!.second;
      if (translator.take(frame, clockSecond) === 'records')
        live.take(translator.source, translator.out.bytes, 0, translator.out.length);
    }
    await live.stop();
  });
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
await measure('BMP to MRT', 'elems', elems, () => takeBmp(undefined));
await measure('BMP to bgp.updates', 'elems', elems, async () => takeBmp(await liveFeed()));
