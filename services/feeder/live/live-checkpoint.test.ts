import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointFile } from './live-checkpoint.ts';

test('a position is found again; one that is damaged is named, and nothing goes on without it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-position-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'position.json');
  const file = new CheckpointFile(path);
  assert.equal(file.load(), undefined);
  const position = { offsets: [7], sequences: { rrc00: [3] }, resting: {} };
  file.save(position);
  assert.deepEqual(file.load(), position);
  for (const text of ['', '{"offsets":[7],"seq', 'null', '{}', '{"offsets":[]}']) {
    writeFileSync(path, text);
    assert.throws(() => file.load(), /position\.json does not say how far .* another folder$/, text);
  }
});
