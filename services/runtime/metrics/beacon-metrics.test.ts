import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AsMinutes, PrefixEvent } from '#core/contract/as-minutes.ts';
import { BeaconMetrics } from './beacon-metrics.ts';
import { Metrics } from './metrics.ts';

const event = (kind: PrefixEvent['kind'], originAs: number, eventSecond: number) =>
  ({ kind, originAs, eventSecond }) as PrefixEvent;
const minute = (...events: PrefixEvent[]) => ({ events }) as unknown as AsMinutes;

test('the last time that a beacon went or came back; nothing before', async () => {
  const metrics = new Metrics();
  const beacons = new BeaconMetrics(metrics);
  const told = async () =>
    /^steadybeat_beacon_last_event_timestamp_seconds (\d+)$/m.exec((await metrics.exposition('')).text)?.[1];
  beacons.heard(minute(event('down', 3333, 50), event('path', 12_654, 60), event('recount', 12_654, 70)));
  assert.equal(await told(), undefined);
  beacons.heard(minute(event('down', 12_654, 7200), event('up', 3333, 7300)));
  assert.equal(await told(), '7200');
  beacons.heard(minute(event('up', 12_654, 14_400), event('up', 12_654, 14_390)));
  beacons.heard(minute());
  assert.equal(await told(), '14400');
});
