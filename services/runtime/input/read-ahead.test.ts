import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { InputEvents } from './input.ts';
import { ReadAhead } from './read-ahead.ts';

function counted(
  chunks: number,
  bytes: number,
): { events: InputEvents; read: () => number; closed: () => boolean } {
  let read = 0;
  let closed = false;
  async function* events(): InputEvents {
    try {
      for (; read < chunks; ) {
        read++;
        yield { case: 'chunk', bytes: new Uint8Array(bytes).fill(read), fileBytesRead: read };
      }
    } finally {
      closed = true;
    }
  }
  return { events: events(), read: () => read, closed: () => closed };
}

test('reads ahead to its limit and no further', async () => {
  const source = counted(100, 10);
  const ahead = new ReadAhead(source.events, 35);
  for (let i = 0; i < 50; i++) await turn();
  assert.equal(source.read(), 4);
  await ahead.next();
  for (let i = 0; i < 50; i++) await turn();
  assert.equal(source.read(), 5);
  await ahead.close();
});

test('gives every event in order, then undefined', async () => {
  const source = counted(20, 10);
  const ahead = new ReadAhead(source.events, 35);
  const seen: number[] = [];
  for (let event = await ahead.next(); event !== undefined; event = await ahead.next()) {
    if (event.case === 'chunk') seen.push(event.bytes[0]!);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  assert.equal(await ahead.next(), undefined);
});

test('an error of the source reaches the reader after what was read', async () => {
  async function* events(): InputEvents {
    yield { case: 'chunk', bytes: new Uint8Array(1), fileBytesRead: 1 };
    throw new Error('broken');
  }
  const ahead = new ReadAhead(events(), 100);
  assert.equal((await ahead.next())?.case, 'chunk');
  await assert.rejects(ahead.next(), /broken/);
});

test('closing ends the source', async () => {
  const source = counted(100, 10);
  const ahead = new ReadAhead(source.events, 35);
  await ahead.next();
  await ahead.close();
  assert.equal(source.closed(), true);
});
