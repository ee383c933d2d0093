/** TLS and passwords, on every path of a process that serves a page, by the file that deploy/ has as an example. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { createPage } from '#page/http/page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { serve } from '#runtime/http/server.ts';
import { readWebConfig } from '#runtime/http/web-config.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { processMetrics } from '../../services/main-job/kafka/run-command-metrics.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { makeCertificates } from '../kafka/certificates.ts';
import { seriesOf } from './exporter-world.ts';

const example = path.join(import.meta.dirname, '../../deploy/web-config.example.yml');
const skip = spawnSync('openssl', ['version']).error !== undefined && 'openssl not found';
const certificates = skip ? undefined! : makeCertificates();
const ca = skip ? '' : readFileSync(certificates.ca, 'utf8');
const right = basic('prometheus', 'example');

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The example with certificates beside it, and whatever else is changed; its path. */
function webConfig(name: string, change: (text: string) => string = (text) => text): string {
  const folder = path.join(certificates.folder, name);
  mkdirSync(folder);
  copyFileSync(path.join(certificates.folder, 'broker.pem'), path.join(folder, 'certificate.pem'));
  copyFileSync(path.join(certificates.folder, 'broker.key'), path.join(folder, 'key.pem'));
  copyFileSync(certificates.ca, path.join(folder, 'ca.pem'));
  const file = path.join(folder, 'web.yml');
  writeFileSync(file, change(readFileSync(example, 'utf8')));
  return file;
}

async function served(t: TestContext, file: string) {
  const metrics = new Metrics();
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  processMetrics('metrics-exporter', health, metrics);
  const page = createPage(new WorldView());
  const warnings: string[] = [];
  const server = await openProbes({ host: '127.0.0.1', port: 0 }, health, metrics, {
    page,
    web: readWebConfig(file),
    warn: (line) => warnings.push(line),
  });
  t.after(async () => {
    page.close();
    await server.close();
  });
  return { server, metrics, warnings };
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly certificate: DetailedPeerCertificate;
}

/** `credentials`: of the client's certificate. A stream is read until its first bytes. */
function get(url: string, authorization?: string, credentials: object = {}): Promise<Got> {
  const headers = authorization === undefined ? {} : { authorization };
  return new Promise((resolve, reject) => {
    // As it is written, with its dots.
    const at = /^https:\/\/[^/]*/.exec(url)![0].length;
    request(
      url.slice(0, at),
      { path: url.slice(at), ca, agent: false, headers, ...credentials },
      (response) => {
        const certificate = (response.socket as TLSSocket).getPeerCertificate(true);
        let body = '';
        const done = () =>
          resolve({ status: response.statusCode!, headers: response.headers, body, certificate });
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
          if (response.headers['content-type']?.startsWith('text/event-stream')) {
            done();
            response.destroy();
          }
        });
        response.on('end', done);
      },
    )
      .on('error', reject)
      .end();
  });
}

test('the example: everything by TLS and with the password, and nothing without; probes without', {
  skip,
}, async (t) => {
  const { server, metrics, warnings } = await served(t, webConfig('example'));
  const { url } = server;
  const closed = [
    '/',
    '/metrics',
    '/incidents',
    '/api/v1/incidents',
    '/assets/page.css',
    '/live/world',
    '/x',
  ];
  for (const of of [...closed, '/metrics?/livez', '/metrics/../livez', '//livez', '/livez/', '/%6civez']) {
    const { status, headers, body } = await get(`${url}${of}`);
    assert.equal(status, 401, of);
    assert.equal(headers['www-authenticate'], 'Basic realm="Steadybeat", charset="UTF-8"', of);
    assert.equal(body, 'A name and its password are needed.\n', of);
    assert.match(String(headers['content-security-policy']), /^default-src 'none';/, of);
  }
  for (const of of closed.slice(0, -1)) {
    const { status, headers } = await get(`${url}${of}`, right);
    assert.equal(status, 200, of);
    assert.equal(headers['strict-transport-security'], 'max-age=31536000', of);
  }
  assert.equal((await get(`${url}/x`, right)).status, 404);
  assert.equal((await get(`${url}/livez?x`)).status, 200);
  assert.equal((await get(`${url}/readyz`)).body, 'starting\n');
  for (const wrong of [
    basic('prometheus', 'Example'),
    basic('root', 'example'),
    'Bearer example',
    'Basic \xff',
  ])
    assert.equal((await get(`${url}/metrics`, wrong)).status, 401, wrong);
  const { text } = await metrics.exposition('');
  const refused = seriesOf(text, 'steadybeat_http_requests_refused_total');
  assert.deepEqual(
    [...refused],
    [
      ['reason="wrong_password"', 4],
      ['reason="busy"', 0],
    ],
  );
  assert.deepEqual(warnings, []);
});

test('only by TLS 1.2 and later, and only GET and HEAD, whatever the password', { skip }, async (t) => {
  const { server } = await served(
    t,
    webConfig('versions', (text) => text.replace('TLS12', 'TLS13')),
  );
  const port = Number(server.address.split(':')[1]);
  const handshake = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, ca, maxVersion, minVersion: 'TLSv1.2', servername: 'localhost' }, () => {
        resolve(socket.getProtocol()!);
        socket.destroy();
      });
      socket.on('error', () => resolve('refused'));
    });
  assert.deepEqual([await handshake('TLSv1.2'), await handshake('TLSv1.3')], ['refused', 'TLSv1.3']);
  const plain = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connectPlain({ port }, () => socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'));
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
  assert.doesNotMatch(plain, /200 OK|stage|starting/);
  for (const authorization of [undefined, right])
    assert.equal((await get(`${server.url}/metrics`, authorization, { method: 'POST' })).status, 405);
});

test('client certificates: no handshake without one of the CA', { skip }, async (t) => {
  const file = webConfig('clients', (text) =>
    text.replaceAll('# client_', 'client_').replace(/basic_auth_users:\n(?: .*\n)+/, ''),
  );
  const { server } = await served(t, file);
  const { certificate: cert, key } = certificates.client;
  assert.equal((await get(`${server.url}/metrics`, undefined, { cert, key })).status, 200);
  await assert.rejects(get(`${server.url}/livez`), /alert|reset|hang up/i);
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      'own.key',
      '-out',
      'own.pem',
      '-subj',
      '/CN=client',
    ],
    { cwd: certificates.folder, stdio: 'pipe' },
  );
  const [ownKey, own] = ['own.key', 'own.pem'].map((name) =>
    readFileSync(path.join(certificates.folder, name)),
  );
  await assert.rejects(
    get(`${server.url}/metrics`, right, { cert: own, key: ownKey }),
    /alert|reset|hang up/i,
  );
});

test('a renewed certificate and a changed user are taken without a restart; a file gone wrong is not', {
  skip,
}, async (t) => {
  const file = webConfig('renewed');
  const { server, warnings } = await served(t, file);
  const before = await get(`${server.url}/metrics`, right);
  assert.equal(before.certificate.subject.CN, 'broker');
  copyFileSync(
    path.join(certificates.folder, 'client.pem'),
    path.join(path.dirname(file), 'certificate.pem'),
  );
  server.reload();
  // The key is not of that certificate.
  assert.match(
    warnings.join('\n'),
    /^what was in force stays: .*tls_server_config: certificate, key or CA: /,
  );
  assert.equal((await get(`${server.url}/metrics`, right)).certificate.subject.CN, 'broker');
  copyFileSync(path.join(certificates.folder, 'client.key'), path.join(path.dirname(file), 'key.pem'));
  writeFileSync(file, readFileSync(file, 'utf8').replace('  prometheus:', '  grafana:'));
  server.reload();
  assert.equal((await get(`${server.url}/metrics`, right)).status, 401);
  const after = await get(`${server.url}/metrics`, basic('grafana', 'example'));
  assert.deepEqual([after.status, after.certificate.subject.CN], [200, 'client']);
  writeFileSync(file, '');
  server.reload();
  assert.match(warnings.at(-1)!, /changes with a restart only/);
  assert.equal((await get(`${server.url}/metrics`, right)).status, 401);
});

test('whoever never ends a handshake is cut off', { skip }, async (t) => {
  const { server } = await served(t, webConfig('slow'));
  const port = Number(server.address.split(':')[1]);
  const silent = Promise.all(
    Array.from({ length: 20 }, () => {
      const socket = connectPlain({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      return new Promise((resolve) => socket.on('close', resolve).resume());
    }),
  );
  assert.equal((await get(`${server.url}/metrics`, right)).status, 200);
  await silent;
});

test('a process that others can reach says what is open', { skip }, async () => {
  const [open, encrypted] = [undefined, webConfig('said')];
  const unencrypted = webConfig('clear', (text) => text.slice(text.indexOf('basic_auth_users')));
  const said: string[] = [];
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0'])
    for (const file of [open, unencrypted, encrypted]) {
      const web = file === undefined ? undefined : readWebConfig(file);
      const server = await serve({ host, port: 0 }, () => false, { web, warn: (line) => said.push(line) });
      await server.close();
    }
  assert.deepEqual(
    said.map((line) => line.replace(/ \(.*/, '')),
    ['whoever reaches 0.0.0.0:0 may look: nothing asks who it is', 'passwords come to 0.0.0.0:0 unencrypted'],
  );
});
