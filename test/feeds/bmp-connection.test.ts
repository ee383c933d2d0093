import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { bmpMessage, ofPeer, update } from '#core/bmp/bytes-for-tests.ts';
import { BmpConnection } from '../../services/feeder/live/bmp-connection.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { LiveLog } from './live-log.ts';

const initiation = Buffer.from(bmpMessage(4, [0, 2, 0, 2, ...Buffer.from('r1')]));
const route = Buffer.from(ofPeer(0, {}, update([64_500, 1])));

/** A connection whose octets and time come by hand. */
function connected(t: TestContext, log = new LiveLog()) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 0) });
  const live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: Date.now }, log);
  const nothing = () => undefined;
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress: '192.0.2.1',
    setKeepAlive: nothing,
    pause: nothing,
    resume: nothing,
    destroy: () => socket.emit('close'),
  });
  let end: string | undefined;
  const listener = { onNamed: nothing, onEnded: (_: BmpConnection, why: string | undefined) => (end = why) };
  const options = { messageMilliseconds: 1000, collectorAs: 0, now: Date.now };
  const connection = new BmpConnection(socket as unknown as Socket, options, listener, live);
  const says = (bytes: Uint8Array) => socket.emit('data', Buffer.from(bytes));
  return { connection, live, says, pass: t.mock.timers.tick.bind(t.mock.timers), end: () => end };
}

test('while it is paused no message is late; it is when reading goes on and the rest does not come', (t) => {
  const { connection, live, says, pass, end } = connected(t);
  says(initiation);
  says(route.subarray(0, 20));
  connection.pause();
  pass(5000);
  assert.equal(end(), undefined);
  connection.resume();
  pass(900);
  says(route.subarray(20));
  pass(5000);
  assert.equal(end(), undefined);
  assert.equal(live.totals().records, 1);

  // What comes with a chunk that was under way when it was paused.
  connection.pause();
  says(route.subarray(0, 20));
  pass(5000);
  assert.equal(end(), undefined);
  connection.resume();
  pass(1000);
  assert.equal(end(), 'took too long over one message');
});

test('one that is paused before it said anything has its time when reading goes on', (t) => {
  const { connection, pass, end } = connected(t);
  connection.pause();
  pass(5000);
  assert.equal(end(), undefined);
  connection.resume();
  pass(1000);
  assert.equal(end(), 'said nothing');
});

test('a router tells of sessions as long as its connection stands: its peers are quiet, not silent', async (t) => {
  const log = new LiveLog();
  const { live, says } = connected(t, log);
  await live.start();
  says(initiation);
  says(route);
  await live.stop();
  const [opened] = log.updates();
  assert.deepEqual(opened!.content, { case: 'sourceOpened', seed: false, tellsSessions: true });
});
