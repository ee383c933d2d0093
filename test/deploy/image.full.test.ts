/** The image's own steps, and what comes of them started as it would be; the image itself was never built here. */
import assert from 'node:assert/strict';
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { serviceNames } from '../../services/main-job/command.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { buildImage, contextFiles, type Image } from './image.ts';

/** Debian's "nobody": as little as the image's "node". */
const nobody = 65_534;

test('the image gets what runs, and nothing else', () => {
  const files = contextFiles();
  for (const file of ['package-lock.json', 'services/main-job/start.mjs', 'deploy/healthcheck.mjs'])
    assert.ok(files.includes(file), file);
  const other = /\.test\.ts$|^test\/|^\.|\.md$|^proto\/steadybeat|^node_modules/;
  assert.deepEqual(
    files.filter((file) => other.test(file)),
    [],
  );
});

suite('the image, without an engine', () => {
  let image: Image;
  let node: string;
  let options: SpawnOptions & { env: Record<string, string> };

  before(() => {
    image = buildImage();
    chmodSync(image.folder, 0o755);
    const isRoot = process.getuid!() === 0;
    options = {
      cwd: image.folder,
      env: { PATH: process.env.PATH!, ...image.environment },
      ...(isRoot && { uid: nobody, gid: nobody }),
    };
    node = process.execPath;
    if (spawnSync(node, ['--version'], options).status === 0) return;
    // The tests' own is where nobody else may go.
    node = path.join(image.folder, 'node');
    copyFileSync(process.execPath, node);
    chmodSync(node, 0o755);
  });
  after(() => rmSync(image.folder, { recursive: true }));

  /** As the image's user would. */
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(node, [...args], {
      ...options,
      env: { ...options.env, ...env },
      encoding: 'utf8',
      timeout: 600_000,
    });

  test('its Node is the one that the tests have, and its user is not root', () => {
    assert.equal(image.nodeVersion, process.versions.node);
    assert.equal(image.user, 'node');
  });

  test('it holds no tools for development', () => {
    const packages = readdirSync(path.join(image.folder, 'node_modules'));
    for (const name of ['typescript', 'testcontainers', 'knip', 'node'])
      assert.ok(!packages.includes(name), name);
  });

  test('every service knows its settings', () => {
    for (const name of serviceNames) {
      const feeds = { STEADYBEAT_FEED_RIS_LIVE: 'on' };
      const { status, stdout, stderr } = run([...image.entrypoint, 'run', name, '--check'], feeds);
      assert.deepEqual([status, stdout], [0, 'the settings are in order\n'], `${name}: ${stderr}`);
    }
    assert.match(run([...image.entrypoint, '--help']).stdout, /run SERVICE/);
  });

  test('a service without brokers is alive, not ready, and ends when it is told to', {
    timeout: 600_000,
  }, async (t) => {
    const [port, none] = await freePorts(2);
    const env = {
      ...options.env,
      STEADYBEAT_HEALTH_ADDRESS: `0.0.0.0:${port}`,
      STEADYBEAT_KAFKA_BROKERS: `127.0.0.1:${none}`,
    };
    const service = spawn(node, [...image.entrypoint, 'run', 'route-tracker'], {
      ...options,
      env,
    });
    const ended = once(service, 'exit');
    const asked = (probe: string) => run([image.healthcheck[0]!, probe], env);
    t.after(() => service.kill('SIGKILL'));
    while (!asked('/readyz').stdout.startsWith('starting')) {
      assert.equal(service.exitCode, null);
      await setTimeout(200);
    }
    assert.equal(asked('/readyz').status, 1);
    assert.deepEqual([asked(image.healthcheck[1]!).status, image.healthcheck[1]], [0, '/livez']);
    service.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(asked('/livez').status, 1);
  });

  test('it writes the reconstruction as files, which its feeder takes', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-demo-'));
    chmodSync(folder, 0o777);
    try {
      const { status, stdout, stderr } = run(['deploy/demo-files.mjs', folder]);
      assert.equal(status, 0, stderr);
      const files = stdout.trimEnd().split('\n');
      assert.equal(files.length, 12);
      for (const file of files) assert.ok(existsSync(file), file);
      const decoded = run([...image.entrypoint, 'decode', files[0]!]);
      assert.match(decoded.stdout, /^TABLE_DUMP2\|/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
