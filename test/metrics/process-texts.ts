/** What processes of all kinds tell while they have something to say of everything. */
import type { TestContext } from 'node:test';
import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { PeerReport, RouteChanges } from '#core/contract/route-changes.ts';
import { watchedUpdates } from '#core/rib/watched-updates.ts';
import { emptyVisibility } from '#runtime/codec/visibility.ts';
import { BeaconMetrics } from '#runtime/metrics/beacon-metrics.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { RouteMetrics } from '#runtime/metrics/route-metrics.ts';
import { ServiceMetrics } from '#runtime/metrics/service-metrics.ts';
import { WatchedTransport } from '#runtime/metrics/watched-transport.ts';
import { bgpUpdates, deadLetters } from '#runtime/topics.ts';
import type { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { feedMetrics } from '../../services/main-job/live/feed-metrics.ts';
import type { LiveHealth } from '../../services/main-job/live/live.ts';
import { ExporterWorld } from './exporter-world.ts';

const eventMinute = 29_999_998;

/** By instance: an exporter, and a process that is feeder, route-tracker and visibility-tracker at once, behind a password. */
export async function processTexts(t: TestContext): Promise<Readonly<Record<string, string>>> {
  const world = new ExporterWorld({ watchList: [7], countryOf: (asn) => (asn === 7 ? 'KP' : '') });
  await world.open();
  t.after(() => world.close());
  return { 'e:8080': await exporterText(world), 'r:8080': await trackerText(t, world.log) };
}

async function exporterText(world: ExporterWorld): Promise<string> {
  await world.start();
  await world.anomaly({ incidentId: 'as7-outage', originAs: 7, subject: 'as:7' });
  await world.anomaly({ incidentId: 'as8-outage', originAs: 8, subject: 'as:8' });
  const ipv4 = { ...emptyVisibility(), expected: 4, visible: 1, lost: 3 };
  const news = { changed: false, disconnectedProbes: 0, knownProbes: 0, disconnectedSecond: 0 };
  const asked = { targets: 10, replying: 2, probers: 1, sinceSecond: 60 * eventMinute };
  const reach = { ...news, ...asked, originAs: 7, state: 'down', logOdds: Math.log(3) } as const;
  await world.minute(eventMinute, [{ originAs: 7, score: 0.5, surprise: 8, ipv4, reach }]);
  return world.text();
}

async function trackerText(t: TestContext, log: EmbeddedLog): Promise<string> {
  const metrics = new Metrics();
  metrics.ofNode();
  tellTask(metrics);
  const watched = watchedUpdates([7])!;
  watched.get(7)!.wwDup = 5;
  const peers = [{ state: 'established', announcedNew: 1, aaDiff: 1, aaDup: 1, late: 0 } as PeerReport];
  const sources = [{ source: 'rrc00', peers }];
  new RouteMetrics(metrics, watched).heard({ tracker: 0, sources } as unknown as RouteChanges);
  const events = [{ kind: 'up', originAs: 12_654, eventSecond: 60 * eventMinute }];
  new BeaconMetrics(metrics).heard({ events } as unknown as AsMinutes);
  await feed(new WatchedTransport(log, metrics, () => 0));
  feedMetrics(metrics, liveHealth);
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  const web = { file: '', tls: undefined, users: new Map(), headers: {} };
  const probes = await openProbes({ host: '127.0.0.1', port: 0 }, health, metrics, {
    web,
    warn: console.error,
  });
  t.after(() => probes.close());
  return (await metrics.exposition('')).text;
}

/** Of a feeder that hears everything there is. */
export const liveHealth = (): LiveHealth => ({
  ...{ sources: 3, peers: 40, records: 1000, elems: 3000, late: 2, delaySeconds: 4 },
  refused: new Map([['json', 3]]),
  risLive: {
    isConnected: true,
    connections: 2,
    messages: 900,
    pauses: 1,
    replacedTimes: 5,
    unheardMilliseconds: 12_000,
  },
  bmp: {
    ...{ connections: 1, messages: 80, replacedTimes: 6, pauses: 1 },
    turnedAway: new Map([
      ['noPlaceLeft', 0],
      ['tooManyOfAddress', 7],
    ]),
    cutOff: new Map([['said nothing', 8]]),
  },
  kafka: {
    isConnected: false,
    topics: 1,
    records: 20,
    pauses: 0,
    replacedTimes: 0,
    lagSeconds: undefined,
    leftOut: 9,
  },
  heardAt: new Map([
    ['ris-live', 60_000 * eventMinute],
    ['bmp', 60_000 * eventMinute],
  ]),
});

function tellTask(metrics: Metrics): void {
  const tasks = new ServiceMetrics(metrics, () => Date.now());
  const task = 'route-tracker/0';
  tasks.heard({ case: 'restored', task, inputOffset: 0, eventMinute, writesSnapshots: true });
  tasks.heard({ case: 'snapshotPassedOver', task, inputOffset: 0, reason: 'damaged' });
  tasks.heard({ case: 'snapshotWritten', task, inputOffset: 1, stateBytes: 1000, milliseconds: 10 });
  tasks.heard({ case: 'waiting', task: 'visibility-tracker/0', minute: eventMinute, waitsFor: [task] });
}

/** Records of a collector, and one of them that could not be used. */
async function feed(transport: WatchedTransport): Promise<void> {
  const producer = await transport.openProducer();
  const stamp = { producer: 'rrc00', sequence: 1, eventMinute };
  const content = { case: 'mrtRecords', value: new Uint8Array(10) } as const;
  const records = bgpUpdates.codec.encode(stamp, { source: 'rrc00', eventMinute, content })[0]!;
  const letter = { reason: 'unknown-type', origin: 'file', position: 7, head: new Uint8Array(1), length: 1 };
  await producer.send([
    { topic: bgpUpdates.topic, partition: 0, key: '', value: records },
    { topic: deadLetters.topic, partition: 0, key: '', value: deadLetters.codec.encode(stamp, letter)[0]! },
  ]);
}
