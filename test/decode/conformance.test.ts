import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolder, decode, mrtFiles, noData, readWhole } from './mrt-files.ts';

test('every file that comes with a decode by bgpdump -m gives the same lines', {
  skip: noData,
}, async (t) => {
  const files = ['mrt', 'malformed'].flatMap(mrtFiles);
  const referenced = files.filter((file) => existsSync(join(dataFolder!, `${file}.bgp.gz`)));
  assert.ok(referenced.length >= 7);
  for (const file of referenced) {
    await t.test(file, async () => {
      const reference = (await readWhole(`${file}.bgp.gz`)).toString('latin1').split('\n').slice(0, -1);
      const { lines, refused } = decode(await readWhole(file));
      assert.deepEqual(refused, []);
      assert.equal(lines.length, reference.length);
      for (const [index, line] of lines.entries()) assert.equal(line, reference[index]);
    });
  }
});
