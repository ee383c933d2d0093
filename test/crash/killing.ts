import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { Random } from '#scenario/random.ts';
import { firstDifference } from '../sim/crashes.ts';
import type { KillPlan, VictimMessage } from './victim.ts';
import { publicTopics, runWhole } from './whole-run.ts';

const services = ['route-tracker', 'visibility-tracker', 'instability-scorer', 'anomaly-detector'];
const killDelayMsMax = 12;

/** What an undisturbed run says. */
export async function undisturbedTopics(): Promise<string[]> {
  const storage = new MemoryStorage({ retention: 'everything' });
  const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  await runWhole(log);
  const topics = await publicTopics(log);
  await log.close();
  return topics;
}

/** Kills a run over one disk log with SIGKILL at moments that the seed draws, lets it end, and compares. */
export async function killAndCompare(
  seed: number,
  kills: number,
  expected: readonly string[],
): Promise<void> {
  const random = new Random(seed, 'kill -9');
  const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-crash-'));
  try {
    let killed = 0;
    for (let i = 0; i < kills; i++) if (await killOnce(folder, drawPlan(random, i), random)) killed++;
    assert.ok(killed > 0, 'every run came to its end before its moment');
    const last = fork(victim, [folder]);
    assert.deepEqual(await ended(last), { code: 0, signal: null });
    const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, openDiskStorage(folder));
    assert.equal(firstDifference(await publicTopics(log), expected), undefined);
    await log.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

const victim = path.join(import.meta.dirname, 'victim.ts');

/** The first kill needs a snapshot; later ones may also meet a restore. */
function drawPlan(random: Random, index: number): KillPlan {
  const service = random.pick(services);
  if (index > 0 && random.chance(0.3)) return { service, moment: { case: 'restoring' } };
  return { service, moment: { case: 'sinceSnapshot', batches: random.integer(1, 12) } };
}

/** True where the process was killed, false where it came to its end before. */
async function killOnce(folder: string, plan: KillPlan, random: Random): Promise<boolean> {
  const delayMs = random.integer(0, killDelayMsMax);
  const child = fork(victim, [folder, JSON.stringify(plan)]);
  const end = ended(child);
  child.on('message', (message: VictimMessage) => {
    if (message === 'now') void setTimeout(delayMs).then(() => child.kill('SIGKILL'));
  });
  const { code, signal } = await end;
  assert.ok(signal === 'SIGKILL' || code === 0, `the victim ended with ${code}`);
  return signal === 'SIGKILL';
}

async function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal };
}
