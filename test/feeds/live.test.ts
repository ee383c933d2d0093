/** The command: `npm start -- live` against a server on loopback and a router, killed with -9 and started again. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bmpMessage, ofPeer, update } from '#core/bmp/bytes-for-tests.ts';
import { readBack } from '#runtime/read-back.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { type Act, RisLiveServer } from './ris-live-server.ts';
import { RouteLines } from './routes.ts';

const start = fileURLToPath(new URL('../../services/main-job/start.mjs', import.meta.url));

class Command {
  output = '';
  readonly child: ChildProcess;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [start, 'live', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
      });
  }

  async says(text: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = text.exec(this.output);
      if (match !== null) return match;
      if (this.child.exitCode !== null)
        throw new Error(`it ended with ${this.child.exitCode}:\n${this.output}`);
      await sleep(20);
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.child, 'close');
    this.child.kill(signal);
    return ((await ended) as [number | null])[0];
  }
}

const frame = (index: number): string =>
  JSON.stringify({
    type: 'ris_message',
    data: {
      timestamp: Date.now() / 1000,
      peer: '192.0.2.1',
      peer_asn: '64500',
      host: `rrc0${index % 2}.ripe.net`,
      type: 'UPDATE',
      withdrawals: [`10.${index >> 8}.${index & 255}.0/24`],
    },
  });

/** What each source says in the log, in its order; reading back fails where a sequence is missing. */
async function contents(folder: string): Promise<Map<string, string[]>> {
  const log = new EmbeddedLog({ lagBytesMax: 1 }, openDiskStorage(folder));
  const told = new Map<string, string[]>();
  for (const partition of [0, 1]) {
    for await (const { value } of readBack(log, bgpUpdates, partition)) {
      const lines = told.get(value.source) ?? [];
      told.set(value.source, lines);
      if (value.content.case === 'mrtRecords') lines.push(...RouteLines.of(value.content.value).lines);
      else if (partition === 0) lines.push(value.content.case);
    }
  }
  await log.close();
  return told;
}

test('live goes on after a kill: no sequence is missing, nothing is there twice', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-live-'));
  let next = 0;
  /** A message every 5 ms, each another one, as RIS would go on whoever listens. */
  const steady: Act = (connection) => {
    const timer = setInterval(() => connection.send(frame(next++)), 5);
    connection.on('close', () => clearInterval(timer));
  };
  const server = new RisLiveServer([steady]);
  const url = await server.listen();
  try {
    const args = ['--data', folder, '--ris-live', url, '--bmp', '127.0.0.1:0'];
    for (let kill = 0; kill < 2; kill++) {
      const killed = new Command(args);
      await killed.says(/RIS Live: connected/);
      await sleep(4000);
      await killed.end('SIGKILL');
    }
    const last = new Command(args);
    const [, port] = await last.says(/BMP: listening on port (\d+)/);
    await last.says(/RIS Live: connected/);
    const router = connect(Number(port), '127.0.0.1');
    router.write(
      Buffer.from([...bmpMessage(4, [0, 2, 0, 2, 0x72, 0x31]), ...ofPeer(0, {}, update([64_500]))]),
    );
    await last.says(/BMP: r1@127\.0\.0\.1 connected/);
    await sleep(1200);
    assert.equal(await last.end('SIGTERM'), 0, last.output);
    router.destroy();
    assert.match(last.output, /records, .* announced and withdrawn prefixes/);

    const told = await contents(folder);
    assert.deepEqual([...told.keys()].sort(), ['r1@127.0.0.1', 'rrc00', 'rrc01']);
    const routes = [...told.values()].flat().filter((line) => line.startsWith('W '));
    assert.equal(new Set(routes).size, routes.length);
    // Of some 800 messages all but those of the last second before each kill, and of the restarts.
    assert.ok(routes.length > next / 4, `${routes.length} of ${next}`);
    const marks = told.get('rrc00')!.filter((line) => line.startsWith('source'));
    assert.equal(marks.at(-1), 'sourceLost');
    assert.ok(marks.filter((mark) => mark === 'sourceOpened').length >= 3);
    assert.deepEqual(
      told.get('r1@127.0.0.1')!.filter((line) => line.startsWith('A')),
      ['A 198.51.100.0/24 64500'],
    );
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
});

test('live that cannot begin says so, and ends', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-live-'));
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  const { port } = taken.address() as AddressInfo;
  const server = new RisLiveServer([]);
  const url = await server.listen();
  try {
    const kept = '{"savedAt":1,"offsets":{"a/0":7}}';
    await writeFile(path.join(folder, 'kafka-positions.json'), kept);
    const kafka = ['--kafka', '127.0.0.1:1'];
    const command = new Command([
      '--data',
      folder,
      '--ris-live',
      url,
      '--bmp',
      `127.0.0.1:${port}`,
      ...kafka,
    ]);
    const [status] = (await once(command.child, 'close')) as [number | null];
    assert.equal(status, 1, command.output);
    assert.match(command.output, /EADDRINUSE/);
    assert.equal(await readFile(path.join(folder, 'kafka-positions.json'), 'utf8'), kept);
  } finally {
    taken.close();
    await server.close();
    await rm(folder, { recursive: true });
  }
});
