/** Every MRT file of the data folder against Debian's bgpdump, run on the same bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutLinesOfDay, cutRecordsOfDay, dayFolder, differences } from './differences.ts';
import { bgpdumpLines, decode, hasBgpdump, mrtFiles, noData, only, readWhole, without } from './mrt-files.ts';

const skip = noData || (!hasBgpdump() && 'bgpdump is not installed');

test('what bgpdump prints of a file, but for the differences listed', { skip }, async (t) => {
  for (const file of ['mrt', 'malformed'].flatMap(mrtFiles)) {
    await t.test(file, async (t) => {
      const bytes = await readWhole(file);
      const { lines, refused } = decode(bytes);
      assert.deepEqual(refused, []);
      t.diagnostic(`${lines.length} lines`);
      const theirs = bgpdumpLines(bytes);
      assert.equal(lines.length, theirs.length);
      const known = differences.find((difference) => difference.file === file);
      let different = 0;
      for (const [index, line] of lines.entries()) {
        if (line === theirs[index]) continue;
        different++;
        assert.equal(known?.bgpdumpPrints(line) ?? line, theirs[index]);
      }
      assert.equal(different, known?.lines ?? 0);
    });
  }
});

test('a whole day, but for the records that the collector cut', { skip }, async (t) => {
  let lineCount = 0;
  let cutRecords = 0;
  let cutLines = 0;
  for (const file of mrtFiles(dayFolder)) {
    const bytes = await readWhole(file);
    const { lines, refused } = decode(bytes);
    assert.ok(refused.every(({ reason }) => reason === 'messageLongerThanRecord'));
    const theirs = bgpdumpLines(without(bytes, refused));
    assert.equal(lines.length, theirs.length, file);
    for (const [index, line] of lines.entries()) assert.equal(line, theirs[index]);
    lineCount += lines.length;
    cutRecords += refused.length;
    cutLines += bgpdumpLines(only(bytes, refused)).length;
  }
  t.diagnostic(
    `${lineCount} lines the same; ${cutRecords} records refused, of which bgpdump makes ${cutLines} lines`,
  );
  assert.equal(cutRecords, cutRecordsOfDay);
  assert.equal(cutLines, cutLinesOfDay);
});
