import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { bunzip2WithCommand, findBzip2Command } from './bzip2-command.ts';
import { bunzip2WithThread } from './bzip2-thread.ts';
import type { InputEvents, InputFailure } from './input.ts';
import { openInput } from './open-input.ts';

const command = findBzip2Command(process.env.PATH);
const needsBzip2 = { skip: command === undefined && 'no bzip2 command to make the input with' };

async function read(events: InputEvents): Promise<{ bytes: Buffer; failures: InputFailure[] }> {
  const chunks: Uint8Array[] = [];
  const failures: InputFailure[] = [];
  for await (const event of events) {
    if (event.case === 'chunk') chunks.push(event.bytes);
    else failures.push(event.failure);
  }
  return { bytes: Buffer.concat(chunks), failures };
}

/** Bytes that compress to about half: four random bits each. */
function content(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let x = seed;
  for (let i = 0; i < length; i++) {
    // xorshift32 (Marsaglia 2003).
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = 32 + ((x >>> 8) & 15);
  }
  return bytes;
}

const first = content(2_000_000, 1);
const second = content(1_500_000, 2);
const both = Buffer.concat([first, second]);

suite('openInput', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadybeat-input-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, ...parts: Uint8Array[]): string => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat(parts));
    return path;
  };
  const bzip2 = (bytes: Uint8Array): Uint8Array =>
    execFileSync(command!, ['-c'], { input: bytes, maxBuffer: 2 * both.length });

  const whole: Record<string, () => string> = {
    'plain, whatever its name': () => file('plain.gz', both),
    'gzip, whatever its name': () => file('one.bz2', gzipSync(both)),
    'several gzip members': () => file('members', gzipSync(first), gzipSync(second)),
    zstd: () => file('one.zst', zstdCompressSync(both)),
    'several zstd frames': () => file('frames', zstdCompressSync(first), zstdCompressSync(second)),
    'zstd after a skippable frame': () =>
      file('skip', Buffer.from('502a4d1803000000aabbcc', 'hex'), zstdCompressSync(both)),
  };
  for (const [name, make] of Object.entries(whole)) {
    test(name, async () => {
      const { bytes, failures } = await read(openInput(make()));
      assert.deepEqual(failures, []);
      assert.ok(bytes.equals(both));
    });
  }

  test('many small zstd frames in one chunk', async () => {
    const frames = Array.from({ length: 300 }, (_, i) => zstdCompressSync(Buffer.from(`${i};`)));
    const { bytes } = await read(openInput(file('small', ...frames)));
    assert.equal(bytes.toString(), Array.from({ length: 300 }, (_, i) => `${i};`).join(''));
  });

  const decoders: Record<string, (path: string) => InputEvents> = {
    'bzip2 by command': (path) => bunzip2WithCommand(command!, path),
    'bzip2 by thread': bunzip2WithThread,
  };
  for (const [name, decode] of Object.entries(decoders)) {
    test(`${name}: several streams`, needsBzip2, async () => {
      const { bytes, failures } = await read(decode(file('streams', bzip2(first), bzip2(second))));
      assert.deepEqual(failures, []);
      assert.ok(bytes.equals(both));
    });

    test(`${name}: what is readable of a truncated file is given, then one failure`, needsBzip2, async () => {
      const compressed = bzip2(both);
      const path = file('cut', compressed.subarray(0, compressed.length - 1000));
      const { bytes, failures } = await read(decode(path));
      assert.ok(bytes.length >= 1_800_000, `${bytes.length} bytes`);
      assert.ok(both.subarray(0, bytes.length).equals(bytes));
      assert.equal(failures.length, 1);
      assert.equal(failures[0]!.reason, 'fileTruncated');
      assert.equal(failures[0]!.position, bytes.length);
    });

    test(`${name}: damage in the middle`, needsBzip2, async () => {
      const compressed = Buffer.from(bzip2(both));
      compressed[compressed.length >> 1]! ^= 0x10;
      const { bytes, failures } = await read(decode(file('damaged', compressed)));
      // A block (900,000 bytes, runs of them shortened) is written before its checksum is compared.
      const sound = bytes.length - 910_000;
      assert.ok(sound > 0 && both.subarray(0, sound).equals(bytes.subarray(0, sound)));
      assert.deepEqual(
        failures.map((failure) => failure.reason),
        ['fileCorrupt'],
      );
    });
  }

  for (const [name, compress] of [
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    test(`${name}: what is readable of a truncated file is given, then one failure`, async () => {
      const compressed = compress(both);
      const path = file('cut', compressed.subarray(0, compressed.length - 1000));
      const { bytes, failures } = await read(openInput(path));
      assert.ok(bytes.length >= 3_200_000, `${bytes.length} bytes`);
      assert.ok(both.subarray(0, bytes.length).equals(bytes));
      assert.deepEqual(
        failures.map((failure) => [failure.reason, failure.position]),
        [['fileTruncated', bytes.length]],
      );
    });
  }

  test('gzip: damage in the middle', async () => {
    const compressed = gzipSync(both);
    compressed.fill(0xff, compressed.length >> 1, (compressed.length >> 1) + 100);
    const { bytes, failures } = await read(openInput(file('damaged', compressed)));
    assert.ok(bytes.length > 1_000_000, `${bytes.length} bytes`);
    assert.deepEqual(
      failures.map((failure) => failure.reason),
      ['fileCorrupt'],
    );
  });

  test('a file that is not there, and a folder', async () => {
    for (const path of [join(folder, 'absent'), folder]) {
      const { bytes, failures } = await read(openInput(path));
      assert.equal(bytes.length, 0);
      assert.deepEqual(
        failures.map((failure) => failure.reason),
        ['fileUnreadable'],
      );
    }
  });

  test('a reader that stops early ends the child process or thread', needsBzip2, async () => {
    const path = file('early', bzip2(both));
    for (const decode of Object.values(decoders)) {
      const events = decode(path);
      assert.equal((await events.next()).value?.case, 'chunk');
      await events.return();
      assert.equal((await events.next()).done, true);
    }
  });
});
