import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { WorldView } from '#page/view/world-view.ts';
import { servePage } from './made-world.ts';

test('clients that send their headers too slowly are cut off, and keep nobody out', async (t) => {
  const page = await servePage(t, new WorldView());
  const slow = Promise.all(Array.from({ length: 50 }, () => slowly(page.url)));
  assert.equal((await page.get('/')).status, 200);
  for (const answer of await slow) assert.match(answer, /^(?:HTTP\/1\.1 408 |$)/);
});

/** Sends a header line now and then for as long as the server takes it; resolves with what it answered. */
function slowly(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = '';
  const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n'));
  const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 500);
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(timer);
    resolve(answer);
  });
  return promise;
}
