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

/** Records, keepalives and what is refused, among which runs begin and end. */
function mixed(): Uint8Array {
  const parts = records(0, 1, 2, 3, 4, 50_000, 6, 7, 8, 9, 10, 11, 4000, 4001, 9000, 9001);
  const bad = Buffer.from(parts[7]!);
  bad.writeUInt16BE(999, 6);
  parts[7] = bad;
  const silent = [2, 3, 9].map((i) => keepalive(parts[i]!));
  const noise = Buffer.from('noise between the records, longer than a header');
  const order = [...parts.slice(0, 3), silent[0]!, silent[1]!, ...parts.slice(3, 10), silent[2]!];
  return Buffer.concat([...order, parts[10]!, noise, ...parts.slice(11), silent[0]!]);
}

/** A BGP4MP_MESSAGE with the time and the peer of another one, with four-octet AS numbers and IPv4 addresses. */
function keepalive(record: Uint8Array): Uint8Array {
  const bytes = Buffer.from(record.subarray(0, 12 + 20 + 19));
  bytes.writeUInt32BE(20 + 19, 8);
  bytes.writeUInt16BE(19, 12 + 20 + 16);
  bytes.writeUInt8(4, 12 + 20 + 18);
  return bytes;
}

/** Reads everything, with or without runs; gives the bytes that came in, what was refused, and the counts. */
function readInRuns(bytes: Uint8Array, chunkBytes: number, from?: number, through?: number) {
  const kept: Uint8Array[] = [];
  const refused: RefusedBytes[] = [];
  const reader = new RecordReader((what) => refused.push(what));
  let runs = 0;
  for (let at = 0; ; ) {
    const found = reader.next();
    if (found === 'end') break;
    if (found === 'needsBytes') {
      if (at === bytes.length) reader.finish();
      else reader.push(bytes.slice(at, at + chunkBytes));
      at = Math.min(at + chunkBytes, bytes.length);
      continue;
    }
    const single = reader.end;
    if (through !== undefined) reader.takeRun(t0 + from!, t0 + through);
    if (reader.end > single) runs++;
    kept.push(reader.bytes.slice(reader.start, reader.end));
  }
  const facts = refused.map(({ reason, position, length, head }) => [reason, position, length, [...head]]);
  return {
    told: {
      kept: Buffer.concat(kept).toString('hex'),
      facts,
      records: reader.records,
      elems: reader.door.elems,
    },
    runs,
  };
}

for (const chunkBytes of [7, 100, 333, 100_000]) {
  test(`runs hold the same records, and refuse and count the same: chunks of ${chunkBytes} bytes`, () => {
    const bytes = mixed();
    const one = readInRuns(bytes, chunkBytes);
    assert.equal(one.told.elems, 15);
    for (const [from, through] of [
      [0, 100_000],
      [0, 2],
      [5, 9],
      [4000, 9000],
    ] as const) {
      const inRuns = readInRuns(bytes, chunkBytes, from, through);
      assert.deepEqual(inRuns.told, one.told);
      if (chunkBytes > 333) assert.ok(inRuns.runs > 0, `${from} to ${through}`);
    }
  });
}

test('a run ends before a record whose time lies outside', () => {
  const reader = new RecordReader(() => {});
  const all = Buffer.concat(records(0, 1, 2, 3, 2, 1));
  reader.push(all);
  reader.finish();
  assert.equal(reader.next(), 'record');
  reader.takeRun(t0, t0 + 2);
  assert.deepEqual([reader.start, reader.end, reader.records], [0, (all.length / 6) * 3, 3]);
  assert.equal(reader.next(), 'record');
  assert.equal(reader.second, t0 + 3);
  reader.takeRun(t0 + 2, t0 + 9);
  assert.equal(reader.end, (all.length / 6) * 5);
});
