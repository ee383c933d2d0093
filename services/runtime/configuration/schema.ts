/** Everything that can be set, in one table. */
import { readFileSync } from 'node:fs';
import type { WatchFile } from '#core/group/watch-file.ts';
import { readWebConfig, type WebConfig } from '../http/web-config.ts';
import { readWatchFile } from '../watch-file/watch-file.ts';

/** How a value is written, and what it becomes. */
interface Kinds {
  readonly text: string;
  /** Never shown. */
  readonly secret: string;
  /** The path of a file, which becomes its text. */
  readonly textFile: string;
  /** The path of a PEM file, which becomes its text. */
  readonly pemFile: string;
  /** The path of a web configuration file, which is read. */
  readonly webConfigFile: WebConfig;
  readonly whole: number;
  /** The path of a watch file, which becomes what it says. */
  readonly watchFile: WatchFile;
  readonly flag: boolean;
  /** "host:port", more than one divided by commas. */
  readonly addresses: readonly string[];
  readonly address: { readonly host: string; readonly port: number };
  /** "131279,AS4837". */
  readonly ases: readonly number[];
  readonly saslMechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
}

export interface Field {
  readonly environment: string;
  readonly kind: keyof Kinds;
  /** As it would be written; undefined where there is no value unless it is set. */
  readonly default: string | undefined;
  readonly means: string;
  /** Of whole numbers. */
  readonly from?: number;
  readonly to?: number;
}

/** Kafka's limit of a topic's name is 249, and the longest of ours has 28. */
export const prefixLengthMax = 200;

export const fields = {
  kafkaBrokers: {
    environment: 'STEADYBEAT_KAFKA_BROKERS',
    kind: 'addresses',
    default: '127.0.0.1:9092',
    means: 'host:port of some brokers, divided by commas; they name the others',
  },
  kafkaTopicPrefix: {
    environment: 'STEADYBEAT_KAFKA_TOPIC_PREFIX',
    kind: 'text',
    default: 'steadybeat.v1.',
    means: 'put before the names of all topics and groups; another one is another, empty world',
  },
  updatePartitions: {
    environment: 'STEADYBEAT_UPDATE_PARTITIONS',
    kind: 'whole',
    default: '4',
    from: 1,
    to: 1024,
    means: 'of bgp.updates: at most so many route-trackers share the work; chosen once',
  },
  blockPartitions: {
    environment: 'STEADYBEAT_BLOCK_PARTITIONS',
    kind: 'whole',
    default: '4',
    from: 1,
    to: 256,
    means: 'of route.changes: at most so many visibility-trackers share the work; chosen once',
  },
  kafkaReplicas: {
    environment: 'STEADYBEAT_KAFKA_REPLICAS',
    kind: 'whole',
    default: undefined,
    from: 1,
    to: 100,
    means: "copies of each topic that is created; the brokers' default where it is not set",
  },
  logRetentionHours: {
    environment: 'STEADYBEAT_LOG_RETENTION_HOURS',
    kind: 'whole',
    default: '168',
    from: 1,
    to: 1_000_000,
    means:
      'bgp.updates, route.changes and as.minutes keep records so long; a service may be away for less than that',
  },
  resultRetentionHours: {
    environment: 'STEADYBEAT_RESULT_RETENTION_HOURS',
    kind: 'whole',
    default: '8760',
    from: 1,
    to: 1_000_000,
    means: 'as.scores, anomalies and dead.letters keep records so long',
  },
  kafkaTls: {
    environment: 'STEADYBEAT_KAFKA_TLS',
    kind: 'flag',
    default: 'false',
    means: 'true: TLS to the brokers',
  },
  kafkaTlsCaFile: {
    environment: 'STEADYBEAT_KAFKA_TLS_CA_FILE',
    kind: 'pemFile',
    default: undefined,
    means:
      "PEM file of the CA that signed the brokers' certificates; where it is not set, those that Node trusts",
  },
  kafkaTlsCertificateFile: {
    environment: 'STEADYBEAT_KAFKA_TLS_CERTIFICATE_FILE',
    kind: 'pemFile',
    default: undefined,
    means: "PEM file of this program's own certificate, where the brokers ask for one",
  },
  kafkaTlsKeyFile: {
    environment: 'STEADYBEAT_KAFKA_TLS_KEY_FILE',
    kind: 'pemFile',
    default: undefined,
    means: 'PEM file of its key',
  },
  kafkaSaslMechanism: {
    environment: 'STEADYBEAT_KAFKA_SASL_MECHANISM',
    kind: 'saslMechanism',
    default: undefined,
    means: 'plain, scram-sha-256 or scram-sha-512: how this user shows who it is',
  },
  kafkaSaslUsername: {
    environment: 'STEADYBEAT_KAFKA_SASL_USERNAME',
    kind: 'text',
    default: undefined,
    means: "the user's name",
  },
  kafkaSaslPassword: {
    environment: 'STEADYBEAT_KAFKA_SASL_PASSWORD',
    kind: 'secret',
    default: undefined,
    means: "the user's password",
  },
  kafkaSessionTimeoutMs: {
    environment: 'STEADYBEAT_KAFKA_SESSION_TIMEOUT_MS',
    kind: 'whole',
    default: '6000',
    from: 1000,
    to: 300_000,
    means: 'an instance that was not heard of for so long loses its partitions to the others',
  },
  kafkaHeartbeatIntervalMs: {
    environment: 'STEADYBEAT_KAFKA_HEARTBEAT_INTERVAL_MS',
    kind: 'whole',
    default: '1000',
    from: 100,
    to: 100_000,
    means: 'an instance is heard of so often; at most a third of the session timeout',
  },
  snapshotEventMinutes: {
    environment: 'STEADYBEAT_SNAPSHOT_EVENT_MINUTES',
    kind: 'whole',
    default: '180',
    from: 1,
    to: 100_000,
    means: 'a task writes a snapshot after so many minutes of the stream,',
  },
  snapshotInputBytes: {
    environment: 'STEADYBEAT_SNAPSHOT_INPUT_BYTES',
    kind: 'whole',
    default: '67108864',
    from: 10_000,
    to: 100_000_000_000,
    means: 'or after so many bytes of it, whichever comes first',
  },
  feedRisLive: {
    environment: 'STEADYBEAT_FEED_RIS_LIVE',
    kind: 'text',
    default: 'off',
    means: "of run feeder without files: on hears RIPE's RIS Live, an address (wss://...) another one",
  },
  feedBmp: {
    environment: 'STEADYBEAT_FEED_BMP',
    kind: 'address',
    default: undefined,
    means: 'of run feeder without files: where routers may send BMP, such as 0.0.0.0:11019',
  },
  feedBmpCertificateFile: {
    environment: 'STEADYBEAT_FEED_BMP_CERTIFICATE_FILE',
    kind: 'pemFile',
    default: undefined,
    means: 'PEM file of a certificate: routers then come by TLS',
  },
  feedBmpKeyFile: {
    environment: 'STEADYBEAT_FEED_BMP_KEY_FILE',
    kind: 'pemFile',
    default: undefined,
    means: 'PEM file of its key',
  },
  feedBmpCaFile: {
    environment: 'STEADYBEAT_FEED_BMP_CA_FILE',
    kind: 'pemFile',
    default: undefined,
    means:
      'PEM file of the CA of the certificates that routers have to show; where it is not set, none is asked for',
  },
  feedKafkaBrokers: {
    environment: 'STEADYBEAT_FEED_KAFKA_BROKERS',
    kind: 'addresses',
    default: undefined,
    means: 'of run feeder without files: topics of others are read there, such as stream.routeviews.org:9092',
  },
  feedKafkaTopics: {
    environment: 'STEADYBEAT_FEED_KAFKA_TOPICS',
    kind: 'text',
    default: '(^|\\.)bmp_raw$',
    means: 'a regular expression of the names of those topics',
  },
  feedFolder: {
    environment: 'STEADYBEAT_FEED_FOLDER',
    kind: 'text',
    default: undefined,
    means: 'where live feeds keep how far they were; without it a start reads back all of bgp.updates',
  },
  atlasKey: {
    environment: 'STEADYBEAT_ATLAS_KEY',
    kind: 'secret',
    default: undefined,
    means: 'of an active-prober that hears RIPE Atlas: the API key, for measurements that are not public',
  },
  probeList: {
    environment: 'STEADYBEAT_PROBE_LIST',
    kind: 'textFile',
    default: undefined,
    means:
      "of the visibility-tracker: the active-prober's watch list, a JSON file; whose its targets are is then told by the route tables",
  },
  healthAddress: {
    environment: 'STEADYBEAT_HEALTH_ADDRESS',
    kind: 'address',
    default: '127.0.0.1:0',
    means: 'where /livez, /readyz and /metrics are answered; port 0 takes a free one, and says which',
  },
  webConfig: {
    environment: 'STEADYBEAT_WEB_CONFIG',
    kind: 'webConfigFile',
    default: undefined,
    means:
      "a file in the form of Prometheus' web configuration: TLS and passwords of all that is answered there",
  },
  watchFile: {
    environment: 'STEADYBEAT_WATCH_FILE',
    kind: 'watchFile',
    default: undefined,
    means:
      'of the anomaly-detector: a JSON file of groups, which get incidents of their own, and of who is muted until when',
  },
  watchList: {
    environment: 'STEADYBEAT_WATCH_LIST',
    kind: 'ases',
    default: undefined,
    means:
      'of the metrics-exporter and the route-tracker: AS numbers, divided by commas, that always have series of their own',
  },
  watchListMax: {
    environment: 'STEADYBEAT_WATCH_LIST_MAX',
    kind: 'whole',
    default: '500',
    from: 0,
    to: 5000,
    means: 'at most so many ASes to watch: each costs 11 series of the exporter and 7 of each route-tracker',
  },
  incidentSeriesMax: {
    environment: 'STEADYBEAT_INCIDENT_SERIES_MAX',
    kind: 'whole',
    default: '1000',
    from: 0,
    to: 10_000,
    means: 'so many open incidents, the worst first, have series of their own; each costs 2',
  },
  asNamesFile: {
    environment: 'STEADYBEAT_AS_NAMES_FILE',
    kind: 'textFile',
    default: undefined,
    means:
      "of the metrics-exporter: what ASes are called on its page, and the countries of its incidents, in lines such as RIPE's asn.txt has",
  },
  stopWithinSeconds: {
    environment: 'STEADYBEAT_STOP_WITHIN_SECONDS',
    kind: 'whole',
    default: '25',
    from: 1,
    to: 3600,
    means: 'after SIGTERM so long for what is on its way; then the process ends with status 1',
  },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof fields;

export type Configuration = {
  readonly [Name in FieldName]:
    | Kinds[(typeof fields)[Name]['kind']]
    | ((typeof fields)[Name]['default'] extends undefined ? undefined : never);
};

/** A value out of its text. Throws an Error that says in a few words what is wrong. */
export function parseField(field: Field, text: string): Kinds[keyof Kinds] {
  return parsers[field.kind](text, field);
}

const parsers: { readonly [Kind in keyof Kinds]: (text: string, field: Field) => Kinds[Kind] } = {
  text: (text) => text,
  secret: (text) => text,
  textFile: (path) => readFileSync(path, 'utf8'),
  pemFile(path) {
    const text = readFileSync(path, 'utf8');
    if (!text.includes('-----BEGIN ')) throw new Error(`"${path}" is not a PEM file`);
    return text;
  },
  webConfigFile: readWebConfig,
  whole(text, { from = 0, to = Number.MAX_SAFE_INTEGER }) {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new Error(`"${text}" is not a whole number from ${from} to ${to}`);
    return value;
  },
  watchFile: readWatchFile,
  flag(text) {
    if (text !== 'true' && text !== 'false') throw new Error(`"${text}" is neither true nor false`);
    return text === 'true';
  },
  addresses: (text) =>
    text.split(',').map((one) => {
      const trimmed = one.trim();
      const address = addressOf(trimmed);
      // kafkajs takes an address apart at its first colon.
      if (address?.host.includes(':'))
        throw new Error(
          `"${trimmed}": of brokers no IPv6 address can be given; give a host name that stands for it`,
        );
      if (address?.port) return trimmed;
      throw new Error(`"${trimmed}" is not host:port`);
    }),
  address(text) {
    const address = addressOf(text);
    if (address === undefined) throw new Error(`"${text}" is not host:port`);
    return address;
  },
  ases: (text) =>
    text.split(',').map((one) => {
      const asn = Number(/^\s*(?:AS)?(\d{1,10})\s*$/i.exec(one)?.[1]);
      if (asn > 0 && asn < 2 ** 32) return asn;
      throw new Error(`"${one.trim()}" is not an AS number`);
    }),
  saslMechanism(text) {
    if (text === 'plain' || text === 'scram-sha-256' || text === 'scram-sha-512') return text;
    throw new Error(`"${text}" is neither plain, scram-sha-256 nor scram-sha-512`);
  },
};

/** "kafka-1:9092", "[2001:db8::1]:9092". */
function addressOf(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  return match === null || port > 65_535 ? undefined : { host: match[1] ?? match[2]!, port };
}
