import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerReport, RouteChanges } from '#core/contract/route-changes.ts';
import { watchedUpdates } from '#core/rib/watched-updates.ts';
import { Metrics } from './metrics.ts';
import { RouteMetrics } from './route-metrics.ts';

const counts = { announcedNew: 1, aaDiff: 2, aaDup: 3, waDiff: 0, waDup: 0, withdrawn: 4, wwDup: 5, late: 6 };
const peer = (state: PeerReport['state']) => ({ ...counts, state }) as PeerReport;

function minute(tracker: number, peers: Readonly<Record<string, readonly PeerReport[]>>): RouteChanges {
  const sources = Object.entries(peers).map(([source, own]) => ({ source, peers: own }));
  return { tracker, trackerPartitions: 2, eventMinute: 1, sources } as unknown as RouteChanges;
}

async function told(metrics: Metrics, pattern: RegExp): Promise<string[]> {
  const { text } = await metrics.exposition('');
  return text.split('\n').filter((line) => pattern.test(line) && !line.startsWith('#'));
}

test('counts grow with each minute, peers are those of the last minute of each tracker', async () => {
  const metrics = new Metrics();
  const routes = new RouteMetrics(metrics);
  routes.heard(minute(0, { rrc00: [peer('established'), peer('silent')], rrc01: [peer('down')] }));
  routes.heard(minute(1, { rrc00: [peer('established')] }));
  routes.heard(minute(0, { rrc00: [peer('established')] }));
  assert.deepEqual(await told(metrics, /"(withdrawn|ww_dup|wa_dup)"|late/), [
    'steadybeat_route_events_total{class="wa_dup"} 0',
    'steadybeat_route_events_total{class="withdrawn"} 20',
    'steadybeat_route_events_total{class="ww_dup"} 25',
    'steadybeat_route_events_late_total 30',
  ]);
  assert.deepEqual(await told(metrics, /steadybeat_peers/), [
    'steadybeat_peers{source="rrc00",state="established"} 2',
    'steadybeat_peers{source="rrc00",state="down"} 0',
    'steadybeat_peers{source="rrc00",state="silent"} 0',
    'steadybeat_peers{source="rrc00",state="unheard"} 0',
  ]);
  routes.lost(1);
  assert.match((await told(metrics, /established/))[0]!, / 1$/);
});

test('of a watched AS, what the trackers have counted until now; nothing where nobody is watched', async () => {
  const metrics = new Metrics();
  const watched = watchedUpdates([7, 8])!;
  new RouteMetrics(metrics, watched);
  watched.get(8)!.wwDup += 2;
  assert.equal((await told(metrics, /steadybeat_watch_updates_total/)).length, 14);
  assert.deepEqual(await told(metrics, /asn="8".* [^0]/), [
    'steadybeat_watch_updates_total{asn="8",class="ww_dup"} 2',
  ]);
  const unwatched = new Metrics();
  new RouteMetrics(unwatched, watchedUpdates([]));
  assert.deepEqual(await told(unwatched, /steadybeat_watch/), []);
});
