import type { EventSecond } from '#core/event-time.ts';
import { type CollectorFeed, collectorFeed } from './collector-feed.ts';
import { secondOf } from './draw.ts';
import { expandLeak, expandReroute } from './path-events.ts';
import { type ProbeFeed, probeFeed } from './probe-feed.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { expandCollectorPause, expandSessionReset } from './session-events.ts';
import { Timeline, type TruthLoss } from './timeline.ts';
import { buildTopology, type Topology } from './topology.ts';
import { expandBeacons, expandBlips, expandFlapTrain, expandLoss } from './visibility-events.ts';

export interface GeneratedScenario {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly topology: Topology;
  readonly fromSecond: EventSecond;
  readonly untilSecond: EventSecond;
  readonly collectors: readonly CollectorFeed[];
  /** Every loss that was drawn, by start. */
  readonly losses: readonly TruthLoss[];
  /** What the probers saw, where there are any. */
  readonly probes: ProbeFeed | undefined;
}

/** The same scenario and seed give the same bytes. Records are made while they are read. */
export function generate(scenario: Scenario, seed: number): GeneratedScenario {
  const topology = buildTopology(scenario.topology, seed);
  const timeline = buildTimeline(scenario, topology, seed);
  const { fromSecond, untilSecond } = timeline;
  const collectors = topology.collectors.map((_, index) => collectorFeed(timeline, index, seed));
  const losses = timeline.losses();
  const probes = scenario.probes && probeFeed(scenario.probes, topology, losses, seed);
  return { scenario, seed, topology, fromSecond, untilSecond, collectors, losses, probes };
}

/** Draws all events of the scenario, each from a stream of its own. */
function buildTimeline(scenario: Scenario, topology: Topology, seed: number): Timeline {
  const timeline = new Timeline(topology, secondOf(scenario.from), secondOf(scenario.until));
  for (const [index, event] of scenario.events.entries()) {
    const random = new Random(seed, `event ${index}`);
    switch (event.event) {
      case 'loss':
        expandLoss(timeline, event, random);
        break;
      case 'flapTrain':
        expandFlapTrain(timeline, event, random);
        break;
      case 'blips':
        expandBlips(timeline, event, random);
        break;
      case 'beacons':
        expandBeacons(timeline, event, random);
        break;
      case 'reroute':
        expandReroute(timeline, event, random);
        break;
      case 'leak':
        expandLeak(timeline, event, random);
        break;
      case 'sessionReset':
        expandSessionReset(timeline, event, random);
        break;
      case 'collectorPause':
        expandCollectorPause(timeline, event, random);
        break;
    }
  }
  return timeline;
}
