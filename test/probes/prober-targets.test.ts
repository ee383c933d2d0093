import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, describe, test } from 'node:test';
import { dnsQuery, dnsResponseCode } from '../../services/active-prober/dns-query.ts';
import { answerOfPing, pingArguments } from '../../services/active-prober/ping-probe.ts';
import { answerOfError, type Target } from '../../services/active-prober/probe.ts';
import { probe } from '../../services/active-prober/prober.ts';
import { makeCertificates } from '../kafka/certificates.ts';

const address = '127.0.0.1';
const base = { address, originAs: 64_500, everySeconds: 60, timeoutSeconds: 30 };
/** Where nothing, or no end, comes: the test waits for so long. */
const brief = { timeoutSeconds: 2 };
const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

async function listen(server: Server, host = address): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    if ('closeAllConnections' in server) (server as { closeAllConnections(): void }).closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A port at which nobody is. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const ask = (target: object) => probe({ ...base, ...target } as Target, {});

describe('TCP', () => {
  test('one that answers, over IPv4 and IPv6', async () => {
    const port = await listen(createServer((socket) => socket.destroy()));
    const { outcome, rttMicroseconds } = await ask({ kind: 'tcp', port });
    assert.equal(outcome, 'reply');
    assert.ok(rttMicroseconds > 0);
    const port6 = await listen(
      createServer((socket) => socket.destroy()),
      '::1',
    );
    assert.equal((await ask({ kind: 'tcp', port: port6, address: '::1' })).outcome, 'reply');
  });

  test('one that refuses is there', async () => {
    assert.equal((await ask({ kind: 'tcp', port: await freePort() })).outcome, 'refused');
  });

  test('an address that the prober does not have is its own trouble', async () => {
    const port = await listen(createServer());
    const answer = await probe({ ...base, kind: 'tcp', port }, { sourceIpv4: '203.0.113.77' });
    assert.equal(answer.outcome, 'proberError');
  });

  test('the source address is the one that was chosen', async () => {
    const seen = Promise.withResolvers<string | undefined>();
    const port = await listen(createServer((socket) => seen.resolve(socket.remoteAddress)));
    await probe({ ...base, kind: 'tcp', port }, { sourceIpv4: '127.0.0.9' });
    assert.equal(await seen.promise, '127.0.0.9');
  });
});

describe('HTTP', () => {
  const serve = (listener: RequestListener) => listen(createHttpServer(listener));
  const get = async (listener: RequestListener, more: object = {}) => {
    const port = await serve(listener);
    return ask({ kind: 'http', url: `http://site.example:${port}/index.html`, ...more });
  };

  test('one that answers: status and body as they must be, by the name in the URL', async () => {
    const answer = await get(
      (request, response) => response.end(`${request.headers.host} ${request.url} Naenara`),
      {
        body: 'Naenara',
        status: 200,
      },
    );
    assert.deepEqual([answer.outcome, answer.detail], ['reply', 'HTTP status 200']);
    const named = await get((request, response) => response.end(`[${request.headers.host}]`), {
      body: '[site.example:',
    });
    assert.equal(named.outcome, 'reply');
  });

  test('one that lies: another status, another body, no HTTP at all, a certificate of somebody else', async () => {
    const wrong = async (answer: ReturnType<typeof get>) => {
      const { outcome, detail } = await answer;
      assert.equal(outcome, 'wrongReply', detail);
      return detail;
    };
    const status = get((_, response) => response.writeHead(503).end());
    assert.equal(await wrong(status), 'HTTP status 503');
    await wrong(get((_, response) => response.end('x'.repeat(10_000_000)), { body: 'Naenara' }));
    const port = await listen(createServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    await wrong(ask({ kind: 'http', url: `http://site.example:${port}/` }));
  });

  test('a certificate that nobody trusts', {
    skip: spawnSync('openssl', ['version']).error && 'there is no openssl',
  }, async () => {
    const pem = readFileSync(makeCertificates().broker);
    const port = await listen(createHttpsServer({ key: pem, cert: pem }, (_, response) => response.end('x')));
    const { outcome, detail } = await ask({ kind: 'http', url: `https://localhost:${port}/` });
    assert.equal(outcome, 'wrongReply');
    assert.match(detail, /CERT|VERIFY/);
  });

  test('one that hangs, before or in the midst of its answer', async () => {
    assert.equal((await get(() => {}, brief)).outcome, 'noReply');
    const midst = await get((_, response) => response.writeHead(200).write('Nae'), {
      ...brief,
      body: 'Naenara',
    });
    assert.deepEqual([midst.outcome, midst.detail], ['wrongReply', 'the answer does not end']);
  });

  test('one that vanishes', async () => {
    assert.equal((await get((request) => request.socket.destroy())).outcome, 'refused');
    const midst = await get(
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('Nae');
        setTimeout(() => response.destroy(), 50);
      },
      { body: 'Naenara' },
    );
    assert.equal(midst.outcome, 'wrongReply');
  });
});

describe('DNS', () => {
  /** `answer` makes what is sent back of a query. */
  async function serve(answer: (query: Buffer) => Buffer[]): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      for (const message of answer(query)) socket.send(message, from.port, from.address);
    });
    socket.bind(0, address);
    await once(socket, 'listening');
    closing.push(() => socket.close());
    return socket.address().port;
  }
  const query = async (answer: (query: Buffer) => Buffer[], more: object = {}) =>
    ask({ kind: 'dns', port: await serve(answer), name: 'naenara.com.kp', ...more });
  const answered = (message: Buffer, code: number): Buffer => {
    const copy = Buffer.from(message);
    copy.writeUInt16BE(0x8180 | code, 2);
    return copy;
  };

  test('one that answers, whatever its code', async () => {
    const { outcome, detail } = await query((message) => [answered(message, 0)]);
    assert.deepEqual([outcome, detail], ['reply', 'NOERROR']);
    assert.equal((await query((message) => [answered(message, 5)])).detail, 'REFUSED');
  });

  test('one that refuses, one that hangs, and one that lies', async () => {
    assert.equal((await ask({ kind: 'dns', port: await freePort(), name: 'kp' })).outcome, 'refused');
    assert.equal((await query(() => [], brief)).outcome, 'noReply');
    const other = (message: Buffer): Buffer => {
      const copy = answered(message, 0);
      copy.writeUInt16BE(copy.readUInt16BE(0) ^ 1, 0);
      return copy;
    };
    assert.equal(
      (await query((message) => [other(message), Buffer.from('x'), message], brief)).outcome,
      'wrongReply',
    );
    assert.equal((await query((message) => [other(message), answered(message, 3)])).outcome, 'reply');
  });

  test('an address that cannot be sent to from the source is an answer, and ends nothing else', async () => {
    const target = { ...base, address: '192.0.2.1', kind: 'dns', port: 53, name: 'kp' } as const;
    // A loopback address is no source for packets that leave the machine (EINVAL, or ENETUNREACH without a route).
    const { outcome, detail } = await probe(target, { sourceIpv4: '127.0.0.1' });
    assert.notEqual(outcome, 'reply');
    assert.match(detail, /^E[A-Z]+$/);
  });

  test('what is no answer to the question', () => {
    const asked = dnsQuery(7, 'a.example');
    for (let length = 0; length < asked.length; length++)
      assert.equal(dnsResponseCode(asked.slice(0, length), asked), undefined);
    assert.equal(dnsResponseCode(asked, asked), undefined);
    for (const name of ['', 'a..b', 'x'.repeat(64), 'a b'])
      assert.throws(() => dnsQuery(1, name), RangeError);
  });
});

test('a network that a router calls unreachable does not reply; what the prober lacks is its own trouble', () => {
  const outcomes = ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EMFILE'].map(
    (code) => answerOfError(Object.assign(new Error(code), { code }), 0).outcome,
  );
  assert.deepEqual(outcomes, ['noReply', 'noReply', 'proberError', 'proberError']);
});

describe('ICMP echo by the ping of the system', () => {
  const noPing = spawnSync('ping', ['-V']).error !== undefined && 'there is no ping';
  const mayPing =
    noPing || spawnSync('ping', ['-c', '1', '-W', '1', address]).status === 0
      ? noPing
      : 'ping may send nothing here';

  test('one that answers', { skip: mayPing }, async () => {
    const { outcome, rttMicroseconds } = await ask({ kind: 'ping', timeoutSeconds: 3 });
    assert.equal(outcome, 'reply');
    assert.ok(rttMicroseconds > 0);
  });

  test('with no descriptor left it is an error of the prober', () => {
    const module = new URL('../../services/active-prober/ping-probe.ts', import.meta.url);
    const script = `
      const { openSync, writeSync } = await import('node:fs');
      const { probePing } = await import(${JSON.stringify(module)});
      try { for (;;) openSync('/dev/null'); } catch {}
      const answer = await probePing({ kind: 'ping', address: '127.0.0.1', timeoutSeconds: 1 }, {});
      writeSync(1, answer.outcome + ' ' + answer.detail);`;
    const command = [
      '-c',
      'ulimit -n 100; exec "$@"',
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ];
    const { stdout, stderr } = spawnSync('sh', command, { encoding: 'utf8' });
    assert.equal(stdout, 'proberError EMFILE', stderr);
  });

  test('three packets, and no more to a host that is silent', () => {
    const args = pingArguments({ ...base, kind: 'ping', timeoutSeconds: 4.5 }, { sourceIpv4: '127.0.0.9' });
    assert.equal(args.join(' '), '-4 -n -q -c 3 -i 0.3 -W 4 -I 127.0.0.9 127.0.0.1');
  });

  test('what ping says', () => {
    const summary = (received: number) =>
      `3 packets transmitted, ${received} received, 0% packet loss, time 602ms\n`;
    const rtt = 'rtt min/avg/max/mdev = 0.031/0.040/0.052/0.008 ms\n';
    assert.deepEqual(answerOfPing(0, summary(3) + rtt, ''), {
      outcome: 'reply',
      rttMicroseconds: 31,
      detail: '',
    });
    const busyBox = 'round-trip min/avg/max = 12.5/13.0/14.2 ms\n';
    assert.equal(answerOfPing(0, busyBox, '').rttMicroseconds, 12_500);
    assert.equal(answerOfPing(1, summary(1) + rtt, '').outcome, 'reply');
    assert.equal(answerOfPing(1, summary(0), '').outcome, 'noReply');
    const denied = answerOfPing(2, '', 'ping: socket: Operation not permitted\n');
    assert.deepEqual(
      [denied.outcome, denied.detail],
      ['proberError', 'ping: socket: Operation not permitted'],
    );
  });
});
