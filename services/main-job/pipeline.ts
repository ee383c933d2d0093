import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import type { ProbedAddress } from '#core/visibility/target-origins.ts';
import type { DeadLetter } from '#runtime/codec/dead-letters.ts';
import { Service, type ServiceEvent, type SnapshotPolicy } from '#runtime/service.ts';
import {
  anomalies,
  asScores,
  type Channel,
  deadLetters,
  type PartitionCounts,
  topicSpecs,
} from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { buildAnomalyDetector } from '../anomaly-detector/service.ts';
import { buildInstabilityScorer } from '../instability-scorer/service.ts';
import { buildProbeTracker } from '../probe-tracker/service.ts';
import { buildRouteTracker, type RouteTrackerOptions } from '../route-tracker/service.ts';
import { buildVisibilityTracker } from '../visibility-tracker/service.ts';

export interface PipelineOptions extends PartitionCounts {
  /** Without it tasks replay from the start when they start again. */
  readonly snapshots?: SnapshotPolicy;
  readonly onEvent?: (event: ServiceEvent) => void;
  /** Whether there are probes too. */
  readonly probes?: boolean;
  /** The addresses that are probed, where the route tables shall say whose they are. */
  readonly probed?: readonly ProbedAddress[];
  /** The groups and mutes, if there are any. */
  readonly watchFile?: WatchFile | undefined;
  /** The route tracker, where it runs in another thread. */
  readonly routeTracker?: RunningService;
  /** What it counts, and whom it tells each minute, where it runs here. */
  readonly routes?: RouteFigures | undefined;
  /** Outputs in the order of their topics, from the start of the log, each once. */
  readonly onAnomaly?: (anomaly: Anomaly) => void;
  readonly onScores?: (scores: AsScores) => void;
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

export type RouteFigures = Pick<RouteTrackerOptions, 'watched' | 'onMinute'>;

/** A service as the pipeline runs it. */
export type RunningService = Pick<Service<unknown, unknown>, 'start' | 'stop' | 'finished' | 'caughtUp'>;

/** All services over one transport, in one process. */
export interface Pipeline {
  /** To be called when everything is in bgp.updates: waits until it has gone through all services and all outputs were told. */
  drained(): Promise<void>;
  /** To be called when everything is in probe.results: waits until the scorer has it to hand. */
  probesDrained(): Promise<void>;
  /** Rejects when a service cannot go on; never resolves before stop. */
  readonly failed: Promise<void>;
  stop(): Promise<void>;
}

export async function startPipeline(options: PipelineOptions, transport: Transport): Promise<Pipeline> {
  const { updatePartitions, blockPartitions, onAnomaly, onScores, onDeadLetter } = options;
  await transport.ensureTopics(topicSpecs(options));
  const probeTracker = options.probes ? buildProbeTracker(options, transport) : undefined;
  /** In the order of the flow, with the number of partitions of their inputs. */
  const stages: readonly Stage[] = [
    ...(probeTracker ? [{ service: probeTracker, partitions: 1 }] : []),
    {
      service: options.routeTracker ?? buildRouteTracker({ ...options, ...options.routes }, transport),
      partitions: updatePartitions,
    },
    { service: buildVisibilityTracker(options, transport), partitions: blockPartitions },
    { service: buildInstabilityScorer(options, transport), partitions: 1 },
    { service: buildAnomalyDetector(options, transport), partitions: 1 },
    ...(onScores ? [listener('main-job-scores', asScores, onScores, transport)] : []),
    // These two are always read, so that a log in memory need not keep them.
    listener('main-job-anomalies', anomalies, onAnomaly, transport),
    listener('main-job-dead-letters', deadLetters, onDeadLetter, transport),
  ];
  // Each stage is there before the one that writes to it.
  for (const { service } of stages.toReversed()) await service.start();
  const finished = Promise.all(stages.map(({ service }) => service.finished));
  return {
    drained: async () => {
      for (const { service, partitions } of stages) await service.caughtUp(partitions);
    },
    probesDrained: async () => probeTracker?.caughtUp(1),
    failed: finished.then(() => undefined),
    stop: async () => {
      for (const { service } of stages) await service.stop();
    },
  };
}

interface Stage {
  readonly service: RunningService;
  readonly partitions: number;
}

/** A service without outputs, which tells what it reads. */
function listener<T>(
  service: string,
  input: Channel<T>,
  tell: ((value: T) => void) | undefined,
  transport: Transport,
): Stage {
  const definition = {
    service,
    input,
    stateVersion: 1,
    createStep: () => ({ apply: (value: T) => tell?.(value), save() {}, load() {} }),
    publish() {},
  };
  return { service: new Service<T, never>(definition, {}, transport), partitions: 1 };
}
