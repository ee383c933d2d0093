import { setTimeout } from 'node:timers/promises';
import { type EventMinute, firstSecondOf } from '#core/event-time.ts';
import type { Fleet } from './fleet.ts';
import { exporter } from './plan.ts';

const followsWithinMs = 60_000;
const pollMs = 50;
const watermark = /^steadybeat_watermark_timestamp_seconds\{task="metrics-exporter\/0"\} (\d+)/m;

/** Kills it with figures of what was told so far; false where it had none. */
export async function killExporter(fleet: Fleet, awayMs: number): Promise<boolean> {
  const before = await toldSecond(fleet);
  await fleet.kill(fleet.of(exporter)[0]!);
  await setTimeout(awayMs);
  await fleet.start(exporter).process.ready();
  if ((await toldSecond(fleet)) < before) throw new Error('the exporter came back with older figures');
  return before > 0;
}

/** Waits until its figures are those of the last minute that was scored. */
export async function exporterFollows(fleet: Fleet, last: EventMinute): Promise<void> {
  const until = performance.now() + followsWithinMs;
  for (; (await toldSecond(fleet)) < firstSecondOf(last); await setTimeout(pollMs))
    if (performance.now() > until)
      throw new Error(`the exporter tells ${await toldSecond(fleet)}, and not ${firstSecondOf(last)}`);
}

/** Start of the latest minute in its /metrics; 0 before the first. */
async function toldSecond(fleet: Fleet): Promise<number> {
  const text = await fleet.of(exporter)[0]!.process.text('metrics');
  return Number(watermark.exec(text)?.[1] ?? 0);
}
