import { readFileSync } from 'node:fs';
import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { RouteChanges } from '#core/contract/route-changes.ts';
import { formatMinute } from '#core/event-time.ts';
import { watchedUpdates } from '#core/rib/watched-updates.ts';
import { taskIndex } from '#runtime/codec/codec.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { BeaconMetrics } from '#runtime/metrics/beacon-metrics.ts';
import type { Metrics } from '#runtime/metrics/metrics.ts';
import { RouteMetrics } from '#runtime/metrics/route-metrics.ts';
import { ServiceMetrics } from '#runtime/metrics/service-metrics.ts';
import type { ServiceEvent, ServiceOptions } from '#runtime/service.ts';
import {
  anomalies,
  asMinutes,
  asScores,
  bgpUpdates,
  deadLetters,
  probeResults,
  routeChanges,
  snapshotTopic,
} from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { ActiveProber } from '../../active-prober/service.ts';
import { probedAddresses, readWatchList } from '../../active-prober/watch-list.ts';
import { buildAnomalyDetector } from '../../anomaly-detector/service.ts';
import { Feed } from '../../feeder/feed.ts';
import { diskFile, distinctFiles } from '../../feeder/mrt-file.ts';
import { Pace } from '../../feeder/pace.ts';
import { buildInstabilityScorer } from '../../instability-scorer/service.ts';
import { MetricsExporter } from '../../metrics-exporter/service.ts';
import { buildProbeTracker } from '../../probe-tracker/service.ts';
import { buildRouteTracker } from '../../route-tracker/service.ts';
import { buildVisibilityTracker } from '../../visibility-tracker/service.ts';
import type { ServiceName } from '../command.ts';
import { FeedingLive } from '../live/feeding-live.ts';
import type { RunningService } from '../pipeline.ts';
import { number } from '../report/progress.ts';
import { RefusalReport } from '../report/refusal-report.ts';
import { RestoreLines } from './restore-lines.ts';
import type { ExportedPage } from './run-command-page.ts';

/** What a process runs. */
export type RunningPart = Pick<RunningService, 'start' | 'stop' | 'finished'>;

export interface PartOptions {
  readonly configuration: Configuration;
  /** Of the feeder. */
  readonly files: readonly string[];
  /** Of the feeder: what lies in the future is fed when its time has come. */
  readonly isPaced: boolean;
  readonly say: (line: string) => void;
  readonly metrics: Metrics;
  /** Of the metrics-exporter. */
  readonly page: ExportedPage | undefined;
}

export function buildPart(name: ServiceName, options: PartOptions, transport: Transport): RunningPart {
  const { configuration, files, isPaced, say, metrics, page } = options;
  if (name === 'feeder')
    return files.length === 0
      ? new FeedingLive(configuration, say, metrics, transport)
      : new FeedingFiles({ partitions: configuration.updatePartitions, isPaced }, files, say, transport);
  if (name === 'active-prober') {
    const watchList = readWatchList(readFileSync(files[0]!, 'utf8'));
    const { atlasKey } = configuration;
    return new ActiveProber(watchList, { now: Date.now, atlasKey, onEvent: say }, transport);
  }
  const tasks = new ServiceMetrics(metrics, () => Date.now());
  const restore = new RestoreLines(say);
  const onEvent = (event: ServiceEvent) => {
    tasks.heard(event);
    restore.heard(event);
    tellEvent(event, say);
  };
  if (name === 'metrics-exporter') {
    const { watchList = [], incidentSeriesMax } = configuration;
    const exported = { watchList, incidentSeriesMax, onEvent, nowMs: () => Date.now(), ...page };
    return new MetricsExporter(exported, metrics, transport);
  }
  const serviceOptions = { ...configuration, ...snapshotOptions(configuration), onEvent };
  if (name === 'anomaly-detector')
    return buildAnomalyDetector({ ...serviceOptions, watchFile: configuration.watchFile }, transport);
  if (name === 'visibility-tracker') {
    const beacons = new BeaconMetrics(metrics);
    const onMinute = (minutes: AsMinutes) => beacons.heard(minutes);
    const { probeList } = configuration;
    const probed = probeList === undefined ? [] : probedAddresses(readWatchList(probeList));
    return buildVisibilityTracker({ ...serviceOptions, probed, onMinute }, transport);
  }
  if (name !== 'route-tracker') return builders[name](serviceOptions, transport);
  const watched = watchedUpdates(configuration.watchList ?? []);
  const routes = new RouteMetrics(metrics, watched);
  const onMinute = (changes: RouteChanges) => routes.heard(changes);
  const onTrackerEvent = (event: ServiceEvent) => {
    onEvent(event);
    if (event.case === 'lost') routes.lost(taskIndex(event.task));
  };
  return buildRouteTracker({ ...serviceOptions, onEvent: onTrackerEvent, onMinute, watched }, transport);
}

/** The topics that a service reads and writes. */
export function topicsOf(name: ServiceName): string[] {
  if (name === 'feeder') return [bgpUpdates.topic, deadLetters.topic];
  if (name === 'metrics-exporter') return [asScores.topic, anomalies.topic];
  if (name === 'active-prober') return [probeResults.topic, asMinutes.topic];
  const [input, output] = flow[name];
  return [input.topic, output.topic, deadLetters.topic, snapshotTopic(name)];
}

const builders = {
  'probe-tracker': buildProbeTracker,
  'instability-scorer': buildInstabilityScorer,
} as const;

const flow = {
  'route-tracker': [bgpUpdates, routeChanges],
  'visibility-tracker': [routeChanges, asMinutes],
  'probe-tracker': [probeResults, asMinutes],
  'instability-scorer': [asMinutes, asScores],
  'anomaly-detector': [asScores, anomalies],
} as const;

export function snapshotOptions(configuration: Configuration): ServiceOptions {
  return {
    snapshots: {
      everyEventMinutes: configuration.snapshotEventMinutes,
      everyInputBytes: configuration.snapshotInputBytes,
    },
  };
}

function tellEvent(event: ServiceEvent, say: (line: string) => void): void {
  if (event.case === 'restoring') say(`${event.task}: looking for a snapshot`);
  else if (event.case === 'restored') say(`${event.task}: reading from offset ${event.inputOffset}`);
  else if (event.case === 'waiting') say(`${event.task}: waits for ${waitText(event)}; goes on by itself`);
  else if (event.case === 'waitOver') say(`${event.task}: goes on, waits no longer`);
  else if (event.case === 'snapshotWritten') say(`${event.task}: snapshot at offset ${event.inputOffset}`);
}

/** "route-tracker/1 (bgp.updates/1) to tell 2014-12-22T16:15Z": a task has the number of the partition that it reads. */
function waitText({ waitsFor, minute }: Extract<ServiceEvent, { case: 'waiting' }>): string {
  const tasks = waitsFor.map((task) => {
    const [service, partition] = task.split('/') as [keyof typeof flow, string];
    return `${task} (${flow[service][0].topic}/${partition})`;
  });
  return `${tasks.join(', ')} to tell ${formatMinute(minute)}`;
}

/** Files into bgp.updates; finished when all is there. What the topic already has of them is not written again. */
class FeedingFiles implements RunningPart {
  readonly #feed: Feed;
  readonly #pace = new Pace(Date.now);
  readonly #files: readonly string[];
  readonly #say: (line: string) => void;
  readonly #report: RefusalReport;
  readonly #finished = Promise.withResolvers<void>();

  constructor(
    { partitions, isPaced }: { readonly partitions: number; readonly isPaced: boolean },
    files: readonly string[],
    say: (line: string) => void,
    transport: Transport,
  ) {
    const report = new RefusalReport(say);
    this.#report = report;
    this.#files = files;
    this.#say = say;
    this.#feed = new Feed(
      {
        partitions,
        ...(isPaced && { beforeMinute: (minute) => this.#pace.until(minute) }),
        onRefused: (file, refused) => report.refused(file.name, refused),
        onFailure: (file, failure) => report.failed(file.name, failure),
      },
      transport,
    );
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  async start(): Promise<void> {
    this.#run().then(this.#finished.resolve, this.#finished.reject);
  }

  /** After the minute that it is in; the same files go on from there. */
  async stop(): Promise<void> {
    this.#feed.stop();
    this.#pace.stop();
    await this.finished;
  }

  async #run(): Promise<void> {
    await this.#feed.run(distinctFiles(this.#files).map(diskFile));
    const { records, sources, peers, written, alreadyThere } = this.#feed.totals();
    this.#report.summarize();
    const before = alreadyThere === 0 ? '' : `, which had ${number(alreadyThere)} of these files already`;
    this.#say(
      `fed ${number(written)} batches into ${bgpUpdates.topic}${before} (${number(records)} MRT records of ${sources} sources and ${peers} peers in all)`,
    );
  }
}
