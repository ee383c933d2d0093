import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { namesThisMachine } from './host-name.ts';
import { serve } from './server.ts';

test('an address and localhost are of this machine, any other name may be a stranger’s', () => {
  const own = [
    'localhost',
    'LocalHost:2328',
    '127.0.0.1',
    '127.0.0.1:2328',
    '[::1]',
    '[::1]:2328',
    '10.1.2.3:80',
  ];
  for (const host of [undefined, ...own]) assert.ok(namesThisMachine(host), host);
  const foreign = ['evil.example', 'evil.example:2328', '127.0.0.1.evil.example', 'localhost.evil.example'];
  for (const host of ['', ':2328', ...foreign, '127.0.0.1:80.evil.example', 'evil.example:[::1]', '1'])
    assert.ok(!namesThisMachine(host), host);
});

const statusOf = async (asked: ClientRequest): Promise<number | undefined> => {
  const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
};

test('only where others cannot reach it and nothing asks who it is, a server minds by which name it is asked', async (t) => {
  const web = { file: 'none', users: new Map(), headers: {}, tls: undefined };
  const ask = async (host: string, options: Partial<Parameters<typeof serve>[2]>) => {
    const server = await serve(
      { host, port: 0 },
      (_, response) => {
        response.end('seen');
        return true;
      },
      { warn: () => {}, ...options },
    );
    t.after(() => server.close());
    const port = Number(server.address.split(':').at(-1));
    const from = (name: string) =>
      statusOf(request({ port, host: '127.0.0.1', headers: { host: name }, agent: false }));
    return [await from('evil.example'), await from(`localhost:${port}`), await from(`127.0.0.1:${port}`)];
  };
  assert.deepEqual(await ask('127.0.0.1', {}), [421, 200, 200]);
  assert.deepEqual(await ask('127.0.0.1', { web }), [200, 200, 200]);
  // As Prometheus asks for "metrics-exporter:9464".
  assert.deepEqual(await ask('0.0.0.0', {}), [200, 200, 200]);
});
