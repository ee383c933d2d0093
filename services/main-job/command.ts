import type { EventSecond } from '#core/event-time.ts';
import type { Address } from './argument-values.ts';

/** What somebody asked for, by the arguments. */
export type Command =
  | { readonly case: 'help' }
  | { readonly case: 'version' }
  | { readonly case: 'decode'; readonly files: readonly string[] }
  | {
      readonly case: 'replay';
      readonly seed: number;
      /** Shifted, so that its blackout is now. */
      readonly isNow: boolean;
      readonly output: OutputOptions;
    }
  | {
      readonly case: 'detect';
      readonly files: readonly string[];
      readonly seedRib: string | undefined;
      readonly dataFolder: string | undefined;
      readonly fromSecond: EventSecond | undefined;
      readonly untilSecond: EventSecond | undefined;
      readonly output: OutputOptions;
    }
  | {
      readonly case: 'live';
      readonly dataFolder: string;
      /** Undefined where RIS Live is not to be heard. */
      readonly risLiveUrl: string | undefined;
      /** Where routers may send BMP, if anywhere. */
      readonly bmp: { readonly host: string; readonly port: number } | undefined;
      /** Whose topics to read, if anybody's. */
      readonly kafka: { readonly brokers: readonly string[]; readonly topics: RegExp } | undefined;
      /** Who is to be probed, if anybody. */
      readonly watchList: string | undefined;
      readonly output: OutputOptions;
    }
  | {
      readonly case: 'probe';
      /** Stored results, or else who is to be probed. */
      readonly files: readonly string[];
      /** The table that says whose the targets of stored results are. */
      readonly seedRib: string | undefined;
      readonly watchList: string | undefined;
      readonly output: OutputOptions;
    }
  | {
      readonly case: 'archive';
      /** Names of collectors, with bounds; or else places: files, folders and addresses. */
      readonly collectors: readonly string[];
      readonly places: readonly string[];
      /** Of a mirror. */
      readonly baseUrl: string | undefined;
      readonly cacheFolder: string;
      readonly fromSecond: EventSecond | undefined;
      readonly untilSecond: EventSecond | undefined;
      readonly output: OutputOptions;
    }
  | {
      readonly case: 'why';
      /** The incident's id, or how it begins. */
      readonly incident: string;
      /** What it is looked for in: files, or else a folder's log, or else a Kafka, or else the replay. */
      readonly files: readonly string[];
      readonly seedRib: string | undefined;
      readonly dataFolder: string | undefined;
      readonly configFile: string | undefined;
      /** Groups and mutes as they were; on Kafka, of the settings. */
      readonly watchFile: string | undefined;
      readonly fromSecond: EventSecond | undefined;
      readonly untilSecond: EventSecond | undefined;
      readonly seed: number;
    }
  | {
      readonly case: 'generate';
      readonly of:
        | { readonly case: 'country'; readonly country: string }
        | { readonly case: 'ases'; readonly ases: ReadonlySet<number>; readonly name: string };
      /** The table: a RIB, updates, or prefixes and origins; or else what the log in the folder holds. */
      readonly seedRib: string | undefined;
      readonly dataFolder: string;
      /** Files of the registries. */
      readonly delegated: readonly string[];
      readonly asNamesFile: string | undefined;
      /** Where the group is put. */
      readonly watchFile: string;
    }
  | ConfiguredCommand
  | { readonly case: 'wrong'; readonly message: string };

/** What works over Kafka: it is configured by the environment, and by a file if there is one. */
export type ConfiguredCommand = {
  readonly configFile: string | undefined;
  /** Whether to go on after the configuration was read, and if not, what to say of it. */
  readonly only: 'check' | 'dump' | undefined;
} & (
  | {
      readonly case: 'run';
      readonly service: ServiceName;
      readonly files: readonly string[];
      /** Of the feeder: what lies in the future is fed when its time has come. */
      readonly isPaced: boolean;
    }
  | { readonly case: 'topics'; readonly apply: boolean }
  | { readonly case: 'dead-letters' }
  | { readonly case: 'test-alert' }
  | {
      readonly case: 'reprocess';
      /** Of the topics that the history is told into. */
      readonly prefix: string;
      readonly fromSecond: EventSecond | undefined;
      readonly untilSecond: EventSecond | undefined;
    }
);

/** What runs as a process of its own over Kafka. */
export const serviceNames = [
  'feeder',
  'route-tracker',
  'visibility-tracker',
  'instability-scorer',
  'anomaly-detector',
  'metrics-exporter',
] as const;
/** What runs besides, where there are probes. */
export const probeServiceNames = ['active-prober', 'probe-tracker'] as const;
export type ServiceName = (typeof serviceNames)[number] | (typeof probeServiceNames)[number];

export interface OutputOptions {
  readonly format: 'text' | 'ndjson';
  readonly scoresFile: string | undefined;
  /** Where the series of each event minute are written, if they are. */
  readonly openMetricsFile: string | undefined;
  /** AS numbers; all when empty. */
  readonly watch: ReadonlySet<number>;
  /** Groups and mutes, if there are any. */
  readonly watchFile: string | undefined;
  /** Where the web page is served, if it is. */
  readonly page: Address | undefined;
  /** A file that says what ASes are called. */
  readonly asNamesFile: string | undefined;
  /** Who may look at the page. */
  readonly webConfigFile: string | undefined;
}
