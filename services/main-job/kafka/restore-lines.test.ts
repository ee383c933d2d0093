import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestoreLines } from './restore-lines.ts';

test('a long restore says every 5 seconds how far it is, and at its end how fast it was', () => {
  const lines: string[] = [];
  const restore = new RestoreLines((line) => lines.push(line));
  const task = 'route-tracker/3';
  const stateBytes = 500_000_000;
  for (const second of [0, 1, 4, 6, 7, 10])
    restore.heard({
      case: 'restoreProgress',
      task,
      readBytes: (stateBytes * second) / 10,
      stateBytes,
      milliseconds: 1000 * second,
    });
  restore.heard({ case: 'snapshotPassedOver', task, inputOffset: 7, reason: 'damaged' });
  assert.deepEqual(lines, [
    'route-tracker/3: read 300.0 MB of 500.0 MB of state in 6.0 s, 50.0 MB/s',
    'route-tracker/3: read 500.0 MB of state in 10.0 s, 50.0 MB/s',
    'route-tracker/3: the snapshot at offset 7 is passed over: its bytes are not those that were written (checksum)',
  ]);
});
