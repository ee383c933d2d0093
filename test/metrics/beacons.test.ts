/** The canary over the RIS beacons of a scenario: five days of announcing and withdrawing every two hours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouteTracker } from '#core/rib/route-tracker.ts';
import { VisibilityTracker } from '#core/visibility/visibility-tracker.ts';
import { BeaconMetrics } from '#runtime/metrics/beacon-metrics.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { generate } from '#scenario/generate.ts';
import { risBeacons } from '#scenario/scenarios/controls.ts';
import { bgpUpdatesOf } from '../scenario/bgp-updates.ts';

/** What the alert takes for missing. */
const missingSeconds = 9000;

test('beacons that go and come back every two hours never look as if they were missing', async () => {
  const metrics = new Metrics();
  const beacons = new BeaconMetrics(metrics);
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1 });
  const visibility = new VisibilityTracker({ block: 0, blockPartitions: 1 });
  const seconds = new Set<number>();
  for (const updates of bgpUpdatesOf(generate(risBeacons, 1)))
    tracker.apply(updates, (output) => {
      assert.ok(output.case !== 'refused');
      visibility.apply(output.value, (minutes) => {
        beacons.heard(minutes);
        for (const { kind, originAs, eventSecond } of minutes.events)
          if (originAs === 12_654 && (kind === 'up' || kind === 'down')) seconds.add(eventSecond);
      });
    });
  const times = [...seconds].sort((a, b) => a - b);
  const gaps = times.slice(1).map((second, i) => second - times[i]!);
  assert.ok(times.length >= 50, `${times.length} times in five days`);
  assert.ok(Math.max(...gaps) < missingSeconds);
  const { text } = await metrics.exposition('');
  assert.match(text, new RegExp(`^steadybeat_beacon_last_event_timestamp_seconds ${times.at(-1)}$`, 'm'));
});
