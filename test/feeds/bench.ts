/**
 * How fast feeds become MRT records, on one core: `STEADYBEAT_DATA=... node test/feeds/bench.ts`. The UPDATEs are real ones
 * of rrc23; RIS Live is measured beside JSON.parse alone over the same frames.
 */
import { BmpSession } from '#core/bmp/session.ts';
import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { readWhole } from '../decode/mrt-files.ts';
import { risFrame, routeMonitoring, updatesIn } from './made-frames.ts';

const file = 'mrt/jwbensley_dfz_name_and_shame__rrc23.updates.20220501.2305.gz';
const runs = 5;

/** The best of some runs. */
function measure(name: string, unit: string, count: number, run: () => void): void {
  run();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    run();
    best = Math.min(best, performance.now() - began);
  }
  const rate = Math.round((count / best) * 1000).toLocaleString('en-US');
  console.log(`${name}: ${rate} ${unit}/s, ${((best * 1000) / count).toFixed(2)} µs each`);
}

const updates = updatesIn(await readWhole(file));
const elems = updates.reduce((sum, u) => sum + u.announcements.length + u.withdrawals.length, 0);
console.log(`${updates.length} UPDATEs, ${elems} announced and withdrawn prefixes`);

for (const hasRaw of [true, false]) {
  const frames = updates.map((update) => risFrame(update, 'rrc23', hasRaw));
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const what = `${hasRaw ? 'with' : 'without'} raw, ${Math.round(bytes / frames.length)} octets a frame`;
  measure(`JSON.parse alone, ${what}`, 'messages', frames.length, () => {
    for (const frame of frames) JSON.parse(frame);
  });
  measure(`RIS Live to MRT, ${what}`, 'messages', frames.length, () => {
    const translator = new RisLiveTranslator();
    for (const frame of frames) translator.take(frame, 2_000_000_000);
  });
}

const bmp = Buffer.concat(updates.map(routeMonitoring));
const takeBmp = () => {
  const session = new BmpSession({ collectorAs: 6447, onRefused: () => {} });
  for (let at = 0, to = 0; at < bmp.length; ) {
    to = Math.min(bmp.length, to + 65_536);
    at = session.take(bmp, at, to, updates[0]!.second, 0);
    session.out.length = 0;
  }
};
measure('BMP to MRT', 'messages', updates.length, takeBmp);
measure('BMP to MRT', 'elems', elems, takeBmp);
