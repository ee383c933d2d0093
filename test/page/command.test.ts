import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { steadybeat } from '../e2e/command.ts';
import { removeSmallWorld, writeSmallWorld } from '../e2e/small-world.ts';

const start = fileURLToPath(new URL('../../services/main-job/start.mjs', import.meta.url));

test('files with --page: it stays when they are read, and ends in order', async (t) => {
  const world = writeSmallWorld();
  t.after(() => removeSmallWorld(world));
  const child = spawn(process.execPath, [start, '--page=127.0.0.1:0', ...world.files]);
  t.after(() => child.kill('SIGKILL'));
  let told = '';
  for await (const text of child.stdout) {
    told += text;
    if (told.includes('until Ctrl-C')) break;
  }
  const url = /The page stays at (http:\/\/127\.0\.0\.1:\d+\/) until/.exec(told)![1]!;
  const home = await fetch(url);
  assert.equal(home.status, 200);
  const { incidents } = (await (await fetch(`${url}api/v1/incidents?state=all`)).json()) as {
    incidents: { originAs: number; kind: string }[];
  };
  assert.ok(incidents.some(({ originAs, kind }) => originAs === 131_279 && kind === 'KIND_OUTAGE_FULL'));
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
});

test('an address that is taken is said in one line', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { status, stderr } = await steadybeat(['--page', `127.0.0.1:${port}`]);
  assert.equal(status, 2);
  assert.match(stderr, new RegExp(`^steadybeat: --page 127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*\\n$`));
});

test('who may look, beside --page: what is wrong with the file is said line by line, and nothing is served', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-web-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'web.yml');
  writeFileSync(file, 'tls_server_config: { cert_file: none.pem }\nbasic_auth_users: { me: topsecret }\n');
  const { status, stdout, stderr } = await steadybeat(['--page', '--web-config', file]);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.deepEqual(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(`steadybeat: ${file}: `, '').replace(/: ENOENT.*/, ': ENOENT')),
    [
      'tls_server_config.key_file is missing',
      'tls_server_config.cert_file: ENOENT',
      'basic_auth_users.me: not a bcrypt hash; `htpasswd -nBC 10 me` makes one',
    ],
  );
});
