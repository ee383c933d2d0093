import assert from 'node:assert/strict';
import test from 'node:test';
import { EventLines } from './event-lines.ts';

test('what others say steers no terminal, and fills none', () => {
  const said: string[] = [];
  let now = 0;
  const lines = new EventLines(
    (line) => said.push(line),
    () => now,
  );
  lines.tell('RIS Live says: \u001b[2J\u009b1mred\r\n\u202eBü\ud800');
  assert.deepEqual(said, ['RIS Live says: \\u001b[2J\\u009b1mred\\u000d\\u000a\\u202eBü\\ud800']);
  lines.tell('x'.repeat(10_000));
  assert.equal(said.at(-1)!.length, 501);
  for (let i = 0; i < 100; i++) lines.tell('again');
  assert.equal(said.length, 30);
  now = 60_000;
  lines.tell('a minute later');
  assert.deepEqual(said.slice(-2), ['72 more lines like the last one were left out', 'a minute later']);
  now = 120_000;
  lines.tell('and another');
  assert.deepEqual(said.slice(-2), ['a minute later', 'and another']);
});
