import assert from 'node:assert/strict';
import test from 'node:test';
import type { LiveHealth } from './live.ts';
import { feedsOf } from './page-feeds.ts';

const now = 1_000_000_000;
const told = (bmpConnections: number, heard: number | undefined) => {
  const health = {
    ...{ sources: 1, peers: 2, delaySeconds: 7 },
    bmp: { connections: bmpConnections },
    risLive: { isConnected: true, messages: 9 },
    heardAt: new Map([
      ['ris-live', now - 60_000],
      ...(heard === undefined ? [] : [['bmp', heard] as const]),
    ] as const),
  } as unknown as LiveHealth;
  return feedsOf(health, now);
};

test('routers are not well before one has come, when none is there, and when all are silent', () => {
  const bmp = (connections: number, heard: number | undefined) => told(connections, heard)[2];
  const entry = (isWell: boolean, text: string) => ({ name: 'BMP', isWell, text });
  assert.deepEqual(bmp(0, undefined), entry(false, 'no router has come yet'));
  assert.deepEqual(bmp(2, now - 59_000), entry(true, '2 connected'));
  assert.deepEqual(bmp(0, now - 1000), entry(false, 'no router is connected'));
  assert.deepEqual(bmp(2, now - 75_000), entry(false, '2 connected, nothing heard for 75 s'));
});

test('a feed that is connected and says nothing is not well', () => {
  assert.deepEqual(told(1, now).slice(0, 2), [
    { name: 'All', isWell: true, text: '1 collectors and routers, 2 peers, at most 7 s behind' },
    { name: 'RIS Live', isWell: false, text: 'connected, 9 messages, nothing heard for 60 s' },
  ]);
});
