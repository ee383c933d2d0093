import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { KafkaPositions } from './kafka-positions.ts';

test('a file of positions that is empty, cut, or another’s is told by its name, and reading begins anew', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-positions-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'kafka-positions.json');
  let now = 1_700_000_000_000;
  const positions = new KafkaPositions(path, () => now);
  const told: string[] = [];
  const load = () => positions.load((text) => told.push(text));
  assert.deepEqual(load(), {});
  positions.save({ 'a/0': 5 });
  assert.deepEqual(load(), { 'a/0': 5 });
  assert.deepEqual(readdirSync(folder), ['kafka-positions.json']);
  assert.deepEqual(positions.tooOld, {});
  now += 600_000;
  assert.deepEqual(load(), {});
  assert.deepEqual(positions.tooOld, { 'a/0': 5 });
  assert.equal(told.length, 0);
  for (const text of [
    '',
    '{"savedAt":17',
    'null',
    '[]',
    '{"savedAt":1,"offsets":{"a/0":"5"}}',
    '{"savedAt":1}',
  ]) {
    writeFileSync(path, text);
    assert.deepEqual(load(), {});
  }
  assert.equal(told.length, 6);
  assert.ok(told.every((text) => text.startsWith(`${path} does not say how far Kafka was read`)));
});
