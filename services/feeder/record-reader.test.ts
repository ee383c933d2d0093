import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MrtWriter } from '#core/mrt/writer.ts';
import { RecordReader, type RefusedBytes } from './record-reader.ts';

const peer = { asn: 64_500, address: [0xc0000201] };
const t0 = 1_419_260_000;

/** Records at t0 + seconds; one prefix each, told apart by the third octet. */
function records(...seconds: number[]): Uint8Array[] {
  const writer = new MrtWriter(64_499);
  return seconds.map((second, i) => {
    writer.announce(
      t0 + second,
      peer,
      'ipv4',
      [{ family: 'ipv4', words: [0x0a000000 + i * 256], length: 24 }],
      [64_500],
    );
    return writer.take();
  });
}

/** Reads the bytes in chunks of the given size; gives the seconds of the records (since t0), and what was refused. */
function read(bytes: Uint8Array, chunkBytes = bytes.length): { seconds: number[]; refused: RefusedBytes[] } {
  const seconds: number[] = [];
  const refused: RefusedBytes[] = [];
  const reader = new RecordReader((what) => refused.push(what));
  for (let at = 0; at <= bytes.length; ) {
    const found = reader.next();
    if (found === 'record') seconds.push(reader.second - t0);
    else if (found === 'end') break;
    else if (at === bytes.length) reader.finish();
    else {
      reader.push(bytes.slice(at, at + chunkBytes));
      at = Math.min(at + chunkBytes, bytes.length);
    }
  }
  return { seconds, refused };
}

const whole = (refused: readonly RefusedBytes[]) =>
  refused.map(({ reason, position, length }) => [reason, position, length]);

for (const chunkBytes of [1, 7, 100, 100_000]) {
  test(`all records, whatever the chunks: ${chunkBytes} bytes`, () => {
    const { seconds, refused } = read(Buffer.concat(records(0, 1, 2, 3, 4)), chunkBytes);
    assert.deepEqual(seconds, [0, 1, 2, 3, 4]);
    assert.deepEqual(refused, []);
  });

  test(`a truncated file: ${chunkBytes} bytes`, () => {
    const all = Buffer.concat(records(0, 1, 2));
    const { seconds, refused } = read(all.subarray(0, all.length - 5), chunkBytes);
    assert.deepEqual(seconds, [0, 1]);
    assert.deepEqual(whole(refused), [['recordTruncated', (all.length / 3) * 2, all.length / 3 - 5]]);
  });

  test(`a length that is wrong costs its record only: ${chunkBytes} bytes`, () => {
    for (const wrong of [3, 40, 61, 75, 90, 0x00ffffff, 0xfffffff0]) {
      const parts = records(0, 1, 2, 3, 4);
      const [a, b] = [parts[0]!, Buffer.from(parts[1]!)];
      b.writeUInt32BE(wrong, 8);
      parts[1] = b;
      const { seconds, refused } = read(Buffer.concat(parts), chunkBytes);
      assert.deepEqual(seconds, [0, 2, 3, 4], `length ${wrong}`);
      assert.deepEqual(
        refused.map(({ position }) => position),
        [a.length],
        `length ${wrong}`,
      );
      assert.equal(refused[0]!.length, b.length, `length ${wrong}`);
    }
  });
}

test('a record that does not decode is refused, with its place and its bytes', () => {
  const parts = records(0, 1, 2);
  const bad = Buffer.from(parts[1]!);
  bad.writeUInt16BE(999, 6);
  parts[1] = bad;
  const { seconds, refused } = read(Buffer.concat(parts));
  assert.deepEqual(seconds, [0, 2]);
  assert.deepEqual(whole(refused), [['subtype', parts[0]!.length, bad.length]]);
  assert.deepEqual([...refused[0]!.head], [...bad]);
});

test('a time far from those before and after it is refused', () => {
  const year = 365 * 86_400;
  assert.deepEqual(read(Buffer.concat(records(0, year, 2, 3))).seconds, [0, 2, 3]);
  assert.deepEqual(read(Buffer.concat(records(0, -year, 2, 3))).seconds, [0, 2, 3]);
  assert.deepEqual(read(Buffer.concat(records(year, 1, 2))).seconds, [1, 2]);
  assert.deepEqual(read(Buffer.concat(records(-year, 1, 2))).seconds, [1, 2]);
  assert.deepEqual(read(Buffer.concat(records(0, 1, year))).seconds, [0, 1]);
  assert.deepEqual(read(Buffer.concat(records(0, 1, year))).refused[0]?.reason, 'recordTime');
});

test('times that go on after a gap, and times far apart, are believed', () => {
  const day = 86_400;
  assert.deepEqual(read(Buffer.concat(records(0, 1, 30 * day, 30 * day))).seconds, [
    0,
    1,
    30 * day,
    30 * day,
  ]);
  assert.deepEqual(read(Buffer.concat(records(0, day / 2, day, day * 1.5))).seconds, [
    0,
    day / 2,
    day,
    day * 1.5,
  ]);
  assert.deepEqual(read(Buffer.concat(records(5))).seconds, [5]);
});

test('what is no MRT at all is refused in one piece', () => {
  const text = Buffer.from('No network is an island.\n'.repeat(40_000));
  const { seconds, refused } = read(text, 65_536);
  assert.deepEqual(seconds, []);
  assert.deepEqual(whole(refused), [['framing', 0, text.length]]);
});

test('noise between records is passed over', () => {
  const parts = records(0, 1, 2, 3);
  const noise = Buffer.from('a line of text that does not belong here');
  const { seconds, refused } = read(Buffer.concat([parts[0]!, parts[1]!, noise, parts[2]!, parts[3]!]), 50);
  assert.deepEqual(seconds, [0, 1, 2, 3]);
  assert.deepEqual(whole(refused), [['framing', parts[0]!.length * 2, noise.length]]);
});
