import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

function printing(rows: readonly object[]): [number | null, string] {
  const program = `import { print } from './test/bench/bars.ts'; print('Title', ${JSON.stringify(rows)});`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return [status, stdout];
}

test('where a bar does not hold, that is said, and the status is 1', () => {
  const rows = [
    { what: 'a long name', figure: '3 s', bar: '5 s', holds: true },
    { what: 'other', figure: '7 kB' },
  ];
  assert.deepEqual(printing(rows), [
    0,
    '\nTitle\n  holds    a long name  3 s  (bar 5 s)\n           other        7 kB\n',
  ]);
  const [status, text] = printing([...rows, { what: 'last', figure: '9 s', bar: '5 s', holds: false }]);
  assert.deepEqual([status, text.split('\n').at(-2)], [1, '  FAILS    last         9 s  (bar 5 s)']);
});

test('what was not measured is said to be skipped, and is no failure', () => {
  const [status, text] = printing([{ what: 'view', figure: 'no browser', bar: '1 s', holds: 'skipped' }]);
  assert.deepEqual([status, text], [0, '\nTitle\n  SKIPPED  view  no browser  (bar 1 s)\n']);
});
