import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ofPeer, open, peerUp, update } from '#core/bmp/bytes-for-tests.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { OpenBmpFeed, routeViewsCollector } from '../../services/feeder/live/openbmp-feed.ts';
import { dataFolder, noData } from '../decode/mrt-files.ts';
import { LiveLog } from './live-log.ts';

async function started() {
  const log = new LiveLog();
  const live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: Date.now }, log);
  await live.start();
  return { log, live, feed: new OpenBmpFeed({ now: Date.now }, live) };
}

/** A text frame of one router. */
const frame = (routerIp: string, ...messages: number[][]): Buffer => {
  const body = Buffer.from(messages.flat());
  return Buffer.concat([Buffer.from(`V: 1.7\nR_IP: ${routerIp}\nL: ${body.length}\n\n`), body]);
};

test('the collector in the name of a topic may have dots', () => {
  assert.equal(routeViewsCollector('routeviews.linx.6830.bmp_raw'), 'linx');
  assert.equal(routeViewsCollector('routeviews.amsix.ams.61955.bmp_raw'), 'amsix.ams');
  assert.equal(
    routeViewsCollector('routeviews.route-views2.oregon-ix.3549.bmp_raw'),
    'route-views2.oregon-ix',
  );
  assert.equal(routeViewsCollector('openbmp.bmp_raw'), undefined);
  assert.equal(routeViewsCollector('routeviews.linx.bmp_raw'), undefined);
});

test('frames of RouteViews’ topics: the source is the collector, its own AS is taken out', {
  skip: noData,
}, async () => {
  const { log, live, feed } = await started();
  const file = readFileSync(join(dataFolder!, 'bmp/bgpkit_bgpkit-parser__openbmp-frames.hex.txt'), 'utf8');
  const values = file.split('\n').filter((line) => /^[0-9a-f]+$/.test(line));
  const topics = ['linx.6830', 'amsix.ams.3491', 'route-views2.31019'];
  for (const [index, hex] of values.entries())
    feed.take(`routeviews.${topics[index]}.bmp_raw`, Buffer.from(hex, 'hex'));
  await live.stop();
  assert.deepEqual(log.routes('linx'), ['A 2a0f:ca80:1::/48 6830 9002 207083 208046']);
  assert.deepEqual(log.routes('amsix.ams'), ['S 6 1']);
  assert.deepEqual(log.routes('route-views2'), ['S 6 1']);
});

test('on other topics each router is a source; its Peer Up is remembered from frame to frame', async () => {
  const { log, live, feed } = await started();
  feed.take('openbmp.bmp_raw', frame('192.0.2.7', peerUp({}, open(65_000), open(64_500))));
  feed.take('openbmp.bmp_raw', frame('192.0.2.8', ofPeer(0, {}, update([64_500, 2]))));
  feed.take('openbmp.bmp_raw', frame('192.0.2.7', ofPeer(0, {}, update([65_000, 64_500, 1]))));
  await live.stop();
  assert.deepEqual(log.routes('openbmp.bmp_raw@192.0.2.7'), ['S 5 6', 'A 198.51.100.0/24 64500 1']);
  assert.deepEqual(log.routes('openbmp.bmp_raw@192.0.2.8'), ['A 198.51.100.0/24 64500 2']);
});

test('what is no frame, or a frame of no BMP, is refused and harms no other', async () => {
  const { log, live, feed } = await started();
  const message = ofPeer(0, {}, update([64_500]));
  feed.take('openbmp.bmp_raw', Buffer.from('<html>'));
  feed.take('openbmp.bmp_raw', frame('192.0.2.7', [9, 9, 9]));
  feed.take('openbmp.bmp_raw', frame('192.0.2.7', message, message.slice(0, 50)));
  feed.take('openbmp.bmp_raw', frame('192.0.2.7', message));
  await live.stop();
  assert.deepEqual(Object.fromEntries(live.totals().refused), {
    frameMagic: 1,
    version: 1,
    messageLength: 1,
  });
  assert.equal(log.routes('openbmp.bmp_raw@192.0.2.7').length, 2);
});
