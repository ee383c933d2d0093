import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MrtWriter } from '#core/mrt/writer.ts';
import { steadybeat } from './command.ts';

const dataFolder = process.env.STEADYBEAT_DATA;
const needsData = { skip: dataFolder === undefined && 'STEADYBEAT_DATA is not set' };
const peer = { asn: 64_500, address: [0xc0000201] };

function updates(count: number): Uint8Array {
  const writer = new MrtWriter(64_499);
  for (let i = 0; i < count; i++) {
    const prefix = { family: 'ipv4' as const, words: [0x0a000000 + (i % 65_536) * 256], length: 24 };
    if (i % 10 === 9) writer.withdraw(1_419_264_900 + i, peer, 'ipv4', [prefix]);
    else writer.announce(1_419_264_900 + i, peer, 'ipv4', [prefix], [64_500, 64_501]);
  }
  return writer.take();
}

suite('decode', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadybeat-decode-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('prints a line for each route, file after file', async () => {
    const first = join(folder, 'first');
    const second = join(folder, 'second');
    writeFileSync(first, updates(1));
    writeFileSync(second, gzipSync(updates(10)));
    const { status, stdout, stderr } = await steadybeat(['decode', first, second]);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    const lines = stdout.split('\n');
    const route = 'BGP4MP|1419264900|A|192.0.2.1|64500|10.0.0.0/24|64500 64501|IGP|192.0.2.1|0|0||NAG||';
    assert.equal(lines[0], route);
    assert.equal(lines[1], route);
    assert.equal(lines[10], 'BGP4MP|1419264909|W|192.0.2.1|64500|10.0.9.0/24');
    assert.equal(lines.length, 12);
  });

  test('a record that is refused is told on standard error', async () => {
    const path = join(folder, 'refused');
    const bytes = Buffer.from(updates(3));
    bytes.writeUInt16BE(99, 6);
    writeFileSync(path, bytes);
    const { status, stdout, stderr } = await steadybeat(['decode', path]);
    assert.equal(status, 0);
    assert.equal(stdout.split('\n').length, 3);
    assert.match(stderr, /offset 0: subtype/);
    assert.match(stderr, /refused: 1 subtype/);
  });

  test('ends in order when nobody reads on', async () => {
    const path = join(folder, 'long');
    writeFileSync(path, updates(50_000));
    const start = fileURLToPath(new URL('../../services/main-job/start.mjs', import.meta.url));
    const child = spawn(process.execPath, [start, 'decode', path], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, 0);
    assert.equal(stderr, '');
  });

  test('real updates as bgpdump printed them', needsData, async () => {
    const path = join(dataFolder!, 'mrt', 'RIPE-NCC_bgpdump__updates.20020722.2238.gz');
    const { status, stdout } = await steadybeat(['decode', path]);
    assert.equal(status, 0);
    assert.equal(stdout, gunzipSync(readFileSync(`${path}.bgp.gz`)).toString('latin1'));
  });
});
