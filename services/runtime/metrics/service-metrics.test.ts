import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from './metrics.ts';
import { ServiceMetrics } from './service-metrics.ts';

test('a task restores, works, writes a snapshot and goes to another member', async () => {
  const metrics = new Metrics();
  let clock = 1_000_000;
  const tasks = new ServiceMetrics(metrics, () => clock);
  const told = async () => {
    const { text } = await metrics.exposition('');
    return Object.fromEntries(
      [...text.matchAll(/^steadybeat_(\w+)\{task="route-tracker\/3"\} (\S+)$/gm)].map(([, name, value]) => [
        name,
        Number(value),
      ]),
    );
  };
  const task = 'route-tracker/3';
  tasks.heard({ case: 'restoring', task });
  assert.deepEqual(await told(), { records_duplicate_total: 0, state_restoring: 1, state_restored_bytes: 0 });
  tasks.heard({ case: 'restoreProgress', task, readBytes: 4_000, stateBytes: 5_000, milliseconds: 2_000 });
  clock += 2_500;
  tasks.heard({ case: 'restored', task, inputOffset: 7, eventMinute: 100, writesSnapshots: true });
  assert.deepEqual(await told(), {
    watermark_timestamp_seconds: 6_000,
    records_duplicate_total: 0,
    state_restoring: 0,
    state_restore_duration_seconds: 2.5,
    state_restored_bytes: 4_000,
    snapshot_timestamp_seconds: 1002.5,
  });
  tasks.heard({ case: 'processed', task, inputOffset: 9, eventMinute: 102, duplicates: 2 });
  clock += 1_000;
  tasks.heard({ case: 'snapshotWritten', task, inputOffset: 9, stateBytes: 5_000, milliseconds: 250 });
  assert.deepEqual(await told(), {
    watermark_timestamp_seconds: 6_120,
    records_duplicate_total: 2,
    state_restoring: 0,
    state_restore_duration_seconds: 2.5,
    state_restored_bytes: 4_000,
    snapshot_timestamp_seconds: 1003.5,
    snapshot_duration_seconds: 0.25,
    snapshot_bytes: 5_000,
  });
  tasks.heard({ case: 'lost', task });
  assert.deepEqual(await told(), {});
});

test('snapshots that could not be used are counted by reason', async () => {
  const metrics = new Metrics();
  const tasks = new ServiceMetrics(metrics, () => 0);
  const task = 'route-tracker/3';
  for (const reason of ['damaged', 'incomplete', 'damaged'] as const)
    tasks.heard({ case: 'snapshotPassedOver', task, inputOffset: 7, reason });
  const { text } = await metrics.exposition('');
  assert.deepEqual(
    [...text.matchAll(/passed_over_total\{.*reason="(.*)"\} (\d+)/g)].map(([, ...told]) => told),
    [
      ['incomplete', '1'],
      ['other-state-version', '0'],
      ['damaged', '2'],
    ],
  );
});
