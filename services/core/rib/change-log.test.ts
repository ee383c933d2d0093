import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateReader, StateWriter } from '../state.ts';
import { ChangeLog, peerOf } from './change-log.ts';

function fill(log: ChangeLog, count: number): void {
  for (let number = 0; number < count; number++) {
    const addressAt = log.add((number & 0xffff) << 14, number, ~number);
    log.words[addressAt] = number;
  }
}

test('a log that was loaded with an odd number of changes holds all that come later', () => {
  const saved = new ChangeLog(1);
  fill(saved, 300_001);
  const writer = new StateWriter();
  saved.save(writer);

  const log = new ChangeLog(1);
  log.load(new StateReader(writer.bytes()));
  assert.equal(log.count, 300_001);
  // Quiet minutes give the room back, a busy one needs it again.
  for (let quiet = 0; quiet < 4; quiet++) log.clear();
  fill(log, 400_000);
  assert.equal(log.count, 400_000);
  for (const number of [0, 262_143, 262_144, 300_001, 399_999]) {
    const at = number * log.stride;
    assert.equal(peerOf(log.words[at]!), number & 0xffff);
    assert.deepEqual([...log.words.subarray(at + 1, at + 4)], [number, ~number, number]);
  }
});
