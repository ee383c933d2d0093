/**
 * Real routers on loopback send us BMP: GoBGP and FRR (Debian packages gobgpd and frr), each with a session to a second GoBGP
 * that announces, withdraws, dies and comes again.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BmpListener, bmpDefaults } from '../../services/feeder/live/bmp-listener.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { LiveLog } from './live-log.ts';
import { until } from './until.ts';

const gobgpd = '/usr/bin/gobgpd';
const gobgp = '/usr/bin/gobgp';
const bgpd = '/usr/lib/frr/bgpd';
const noGobgp = !existsSync(gobgpd) && 'gobgpd is not installed';
const noFrr = noGobgp || (!existsSync(bgpd) && 'frr is not installed');

/** The router that sends BMP (AS65001), and the one that it hears (AS65002). */
const monitoredAddress = '127.0.0.1';
const speakerAddress = '127.0.0.2';

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Place {
  readonly folder: string;
  readonly bmpPort: number;
  readonly speakerPort: number;
}

/** A listener and a folder for the configurations; what is started is ended after the test. */
async function prepared(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-speakers-'));
  const log = new LiveLog();
  const live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: Date.now }, log);
  await live.start();
  const events: string[] = [];
  const onEvent = (text: string) => events.push(text);
  const listener = new BmpListener(
    { ...bmpDefaults, host: '127.0.0.1', port: 0, now: Date.now, onEvent },
    live,
  );
  const bmpPort = await listener.start();
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await listener.stop();
    await live.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const run = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const place: Place = { folder, bmpPort, speakerPort: await freePort(speakerAddress) };
  /** Routes and states of the monitored router's peer, as the log has them. */
  const told = () => {
    const [source] = [...log.contents().keys()];
    return source === undefined ? [] : log.routes(source);
  };
  return { place, run, live, told, events };
}

type Run = (program: string, args: readonly string[]) => ChildProcess;

/** Writes a configuration of the folder "speakers" with its ports filled in, and gives its path. */
async function configured(place: Place, name: string): Promise<string> {
  const template = await readFile(new URL(`speakers/${name}`, import.meta.url), 'utf8');
  const ports: Readonly<Record<string, number>> = {
    SPEAKER_PORT: place.speakerPort,
    BMP_PORT: place.bmpPort,
    OWN_PORT: await freePort(monitoredAddress),
  };
  const file = path.join(place.folder, name);
  await writeFile(
    file,
    template.replace(/\$([A-Z_]+)/g, (_, port: string) => String(ports[port])),
  );
  return file;
}

/** GoBGP that announces what it is told to. */
async function startSpeaker(place: Place, run: Run) {
  const api = await freePort('127.0.0.1');
  const file = await configured(place, 'announcing.toml');
  const child = run(gobgpd, ['-f', file, '--api-hosts', `127.0.0.1:${api}`, '--pprof-disable']);
  const command = (...args: string[]) =>
    execFileSync(gobgp, ['-u', '127.0.0.1', '-p', String(api), ...args], { stdio: 'pipe' }).toString();
  for (let i = 0; ; i++) {
    try {
      command('global');
      return { child, command };
    } catch (error) {
      if (i === 100) throw error;
      await sleep(50);
    }
  }
}

async function startGobgp(place: Place, run: Run): Promise<void> {
  const file = await configured(place, 'monitored.toml');
  run(gobgpd, ['-f', file, '--api-hosts', `127.0.0.1:${await freePort('127.0.0.1')}`, '--pprof-disable']);
}

async function startFrr(place: Place, run: Run): Promise<void> {
  const file = await configured(place, 'monitored-frr.conf');
  const { folder } = place;
  const files = [
    '-i',
    path.join(folder, 'bgpd.pid'),
    '--vty_socket',
    folder,
    '-z',
    path.join(folder, 'zserv'),
  ];
  const port = String(await freePort(monitoredAddress));
  const alone = ['-Z', '-S', '-n', '-l', monitoredAddress, '-p', port, '-P', '0'];
  run(bgpd, ['-f', file, '-M', 'bmp', ...files, ...alone]);
}

for (const [name, start, skip] of [
  ['GoBGP', startGobgp, noGobgp],
  ['FRR', startFrr, noFrr],
] as const) {
  test(`${name}: peer up, routes, withdrawals, peer down, and up again`, {
    skip,
    timeout: 600_000,
  }, async (t) => {
    const { place, run, told, live, events } = await prepared(t);
    const first = await startSpeaker(place, run);
    await start(place, run);
    await until(() => events.some((text) => text.includes('connected')));
    await until(() => told().includes('S 5 6'));

    first.command('global', 'rib', 'add', '10.1.0.0/16', 'nexthop', '192.0.2.2', 'aspath', '65003');
    await until(() => told().includes('A 10.1.0.0/16 65002 65003'));
    // FRR without zebra has no use for an IPv6 next hop.
    if (name === 'GoBGP') {
      first.command('global', 'rib', 'add', '2001:db8:1::/48', '-a', 'ipv6', 'nexthop', '2001:db8::2');
      await until(() => told().includes('A 2001:db8:1::/48 65002'));
    }
    first.command('global', 'rib', 'del', '10.1.0.0/16');
    await until(() => told().includes('W 10.1.0.0/16'));

    first.child.kill('SIGKILL');
    await until(() => told().includes('S 6 1'));
    const before = told().length;
    const second = await startSpeaker(place, run);
    await until(() => told().slice(before).includes('S 5 6'));
    second.command('global', 'rib', 'add', '10.2.0.0/16', 'nexthop', '192.0.2.2');
    await until(() => told().slice(before).includes('A 10.2.0.0/16 65002'));
    assert.deepEqual(Object.fromEntries(live.totals().refused), {});
    // FRR also says of a peer that it has never been up.
    const states = told().filter((line) => line.startsWith('S'));
    assert.deepEqual(states.slice(states.indexOf('S 5 6')), ['S 5 6', 'S 6 1', 'S 5 6']);
  });
}
