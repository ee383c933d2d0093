/** What goes wrong in a run, drawn from its seed. */
import { asMinutes, asScores, bgpUpdates, routeChanges } from '#runtime/topics.ts';
import { Random } from '#scenario/random.ts';
import type { FlowName } from './flow.ts';

export const stages = [
  'route-tracker',
  'visibility-tracker',
  'instability-scorer',
  'anomaly-detector',
] as const;
export type Stage = (typeof stages)[number];
export const exporter = 'metrics-exporter';

/** `batches`: the victim has a snapshot, and has done so much since. */
export type Disturbance =
  | {
      readonly case: 'kill';
      readonly stages: readonly Stage[];
      readonly batches: number;
      readonly awayMs: number;
    }
  | {
      readonly case: 'killRestoring';
      readonly stage: Stage;
      readonly batches: number;
      readonly delayMs: number;
    }
  | { readonly case: 'killFeeder'; readonly afterRecords: number }
  | {
      readonly case: 'zombie';
      readonly stage: Stage;
      readonly batches: number;
      readonly sessions: number;
    }
  | { readonly case: 'scale'; readonly stage: Stage; readonly forMs: number; readonly times: number }
  | { readonly case: 'again'; readonly topic: string; readonly share: number }
  | { readonly case: 'broker'; readonly signal: 'SIGKILL' | 'SIGTERM'; readonly awayMs: number }
  | { readonly case: 'leader'; readonly topic: string; readonly awayMs: number }
  | { readonly case: 'refuse'; readonly forMs: number }
  /** It looks on, and writes nothing: its figures are there again, and follow. */
  | { readonly case: 'killExporter'; readonly awayMs: number };

export interface Plan {
  readonly seed: number;
  readonly flow: FlowName;
  readonly brokers: 1 | 3;
  readonly instances: Readonly<Record<Stage, number>>;
  readonly snapshotEventMinutes: number;
  /** Collectors hurry ahead of each other. */
  readonly disorder: boolean;
  readonly disturbances: readonly (Disturbance & {
    /** How much of the flow is fed when it begins, 0 to 1. */
    readonly at: number;
  })[];
}

export interface PlanOptions {
  readonly dayIsHere: boolean;
  /** Brokers are away, and writes refused, for up to 30 s. */
  readonly long: boolean;
}

/** Every kind comes in turn, so that any fifty seeds in a row have them all at least four times: with each stage, or each topic. */
const turns: readonly Exclude<Disturbance['case'], 'killExporter'>[] = [
  'kill',
  'zombie',
  'kill',
  'broker',
  'killRestoring',
  'scale',
  'kill',
  'again',
  'leader',
  'killFeeder',
  'kill',
  'refuse',
];
const dayEvery = 5;
/** Of fifty seeds two refuse writes for as long as --long does. */
const longRefusalEvery = 24;
const longRefusal = 11;
/** And six have an exporter, which is killed after all else. */
const exporterEvery = 7;
const exporterSeed = 2;

export function drawPlan(seed: number, { dayIsHere, long }: PlanOptions): Plan {
  const random = new Random(seed, 'chaos');
  const first = turns[seed % turns.length]!;
  const others = turns.filter((kind) => needsThree(kind) === needsThree(first) && kind !== 'killFeeder');
  const kinds = [first, ...(random.chance(0.5) ? [random.pick(others)] : [])];
  const flow = dayIsHere && seed % dayEvery === 0 ? 'day' : 'reconstruction';
  const turn = Math.floor(seed / turns.length);
  const options = { long, longRefusal: long || seed % longRefusalEvery === longRefusal };
  const disturbances = kinds.map((kind, i) => ({
    ...drawDisturbance(kind, random, { ...options, turn: i === 0 ? turn : undefined }),
    at: 0.1 + (i + random.unit()) * 0.3,
  }));
  const hasExporter = seed % exporterEvery === exporterSeed && first !== 'killFeeder';
  /** Where one is to stand still, another stands by. */
  const standsBy = (stage: Stage): number =>
    disturbances.some((one) => one.case === 'zombie' && one.stage === stage) ? 1 : 0;
  return {
    seed,
    flow,
    brokers: needsThree(first) ? 3 : 1,
    instances: {
      'route-tracker': random.integer(1, 2) + standsBy('route-tracker'),
      'visibility-tracker': random.integer(1, 2) + standsBy('visibility-tracker'),
      'instability-scorer': 1 + standsBy('instability-scorer'),
      'anomaly-detector': 1 + standsBy('anomaly-detector'),
    },
    snapshotEventMinutes: flow === 'day' ? random.integer(5, 15) : random.integer(20, 120),
    disorder: flow === 'reconstruction' && first !== 'killFeeder' && random.chance(0.3),
    disturbances: hasExporter ? [...disturbances, drawExporter(seed)] : disturbances,
  };
}

/** By numbers of its own: what else goes wrong is as it would be without. */
function drawExporter(seed: number): Plan['disturbances'][number] {
  const random = new Random(seed, 'chaos exporter');
  return { case: 'killExporter', awayMs: random.integer(0, 1_500), at: 0.7 + 0.1 * random.unit() };
}

const needsThree = (kind: (typeof turns)[number]): boolean => kind === 'leader' || kind === 'refuse';

interface DrawOptions {
  readonly long: boolean;
  readonly longRefusal: boolean;
  /** How often the kind has had its turn: its stages and topics come in turn too. Undefined where it comes besides. */
  readonly turn: number | undefined;
}

function drawDisturbance(
  kind: (typeof turns)[number],
  random: Random,
  { long, longRefusal, turn }: DrawOptions,
): Disturbance {
  const inTurn = <T>(values: readonly T[]): T => {
    const picked = random.pick(values);
    return turn === undefined ? picked : values[turn % values.length]!;
  };
  const batches = random.integer(1, 3);
  const stage = inTurn(stages);
  const topic = inTurn([bgpUpdates, routeChanges, asMinutes, asScores]).topic;
  const awayMs = random.integer(200, long ? 30_000 : 2_500);
  switch (kind) {
    case 'kill':
      return {
        case: kind,
        stages: random.sample(stages, random.integer(1, 2)),
        batches,
        awayMs: random.integer(0, 1_500),
      };
    case 'killRestoring':
      return { case: kind, stage, batches, delayMs: random.integer(0, 15) };
    case 'killFeeder':
      return { case: kind, afterRecords: random.integer(50, 1_500) };
    case 'zombie':
      return { case: kind, stage, batches, sessions: 1.5 + random.unit() };
    case 'scale':
      return { case: kind, stage, forMs: random.integer(200, 1_000), times: random.integer(1, 2) };
    case 'again':
      return { case: kind, topic, share: random.unit() };
    case 'broker':
      return { case: kind, signal: random.pick(['SIGKILL', 'SIGTERM'] as const), awayMs };
    case 'leader':
      return { case: kind, topic, awayMs };
    case 'refuse':
      return { case: kind, forMs: longRefusal ? 30_000 : random.integer(2_000, 5_000) };
  }
}

export function disturbanceText(disturbance: Disturbance): string {
  const { case: kind, ...details } = disturbance;
  const { at: _, ...told } = details as typeof details & { at?: number };
  const text = Object.entries(told).map(([name, value]) => {
    const shown = typeof value === 'number' ? Number(value.toFixed(2)) : value;
    return `${name} ${Array.isArray(shown) ? shown.join('+') : shown}`;
  });
  return `${kind} (${text.join(', ')})`;
}
