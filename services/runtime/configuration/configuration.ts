import { readFileSync } from 'node:fs';
import { WrongWebConfig } from '../http/web-config.ts';
import type { KafkaEvent, KafkaOptions, SaslOptions, TlsOptions } from '../kafka/kafka-options.ts';
import { WrongWatchFile } from '../watch-file/watch-file.ts';
import { maskedUrls } from './masked-urls.ts';
import {
  type Configuration,
  type Field,
  type FieldName,
  fields,
  parseField,
  prefixLengthMax,
} from './schema.ts';

/** What was set and where, before any of it is believed. */
export interface Settings {
  /** By name of the field, as it is written. */
  readonly texts: ReadonlyMap<FieldName, { readonly text: string; readonly from: 'environment' | 'file' }>;
  /** Names that nobody knows, files that cannot be read. */
  readonly mistakes: readonly string[];
}

export type ConfigurationResult =
  | { readonly case: 'right'; readonly configuration: Configuration; readonly settings: Settings }
  /** All of them, each with what to do. */
  | { readonly case: 'wrong'; readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const names = Object.keys(fields) as FieldName[];
/** Where real data for the tests is: nothing of the services'. */
const ofTheTests = 'STEADYBEAT_DATA';

/** The file's fields, and the environment's over them; an empty variable is as none. */
export function readConfiguration(environment: Environment, file: string | undefined): ConfigurationResult {
  const settings = readSettings(environment, file);
  const mistakes = [...settings.mistakes];
  const values: Partial<Record<FieldName, unknown>> = {};
  for (const name of names) {
    const field: Field = fields[name];
    const text = settings.texts.get(name)?.text ?? field.default;
    if (text === undefined) continue;
    try {
      values[name] = parseField(field, text);
    } catch (error) {
      if (error instanceof WrongWebConfig)
        mistakes.push(...error.mistakes.map((mistake) => `${field.environment}: ${mistake}`));
      else if (error instanceof WrongWatchFile)
        mistakes.push(...error.message.split('\n').map((mistake) => `${field.environment}: ${mistake}`));
      else mistakes.push(`${field.environment}: ${(error as Error).message}: ${field.means}`);
    }
  }
  const configuration = values as Configuration;
  mistakes.push(...contradictions(configuration, settings));
  return mistakes.length > 0
    ? { case: 'wrong', mistakes: mistakes.map(maskedUrls) }
    : { case: 'right', configuration, settings };
}

function readSettings(environment: Environment, file: string | undefined): Settings {
  const texts = new Map<FieldName, { text: string; from: 'environment' | 'file' }>();
  const mistakes: string[] = [];
  for (const [name, value] of Object.entries(file === undefined ? {} : fileFields(file, mistakes))) {
    if (!Object.hasOwn(fields, name)) mistakes.push(`${file}: there is no field ${name}`);
    else texts.set(name as FieldName, { text: String(value), from: 'file' });
  }
  const known = new Set<string>(names.map((name) => fields[name].environment));
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('STEADYBEAT_') && variable !== ofTheTests && !known.has(variable))
      mistakes.push(`${variable}: there is no such variable (--dump lists them)`);
  }
  for (const name of names) {
    const text = environment[fields[name].environment];
    if (text !== undefined && text !== '') texts.set(name, { text, from: 'environment' });
  }
  return { texts, mistakes };
}

function fileFields(file: string, mistakes: string[]): object {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
    mistakes.push(`${file}: not a JSON object such as {"updatePartitions": 4}`);
  } catch (error) {
    mistakes.push(`${file}: ${(error as Error).message}`);
  }
  return {};
}

/** Between fields. Those that are wrong by themselves are not there. */
function contradictions(configuration: Partial<Configuration>, { texts }: Settings): string[] {
  const found: string[] = [];
  const variable = (name: FieldName) => fields[name].environment;
  const needs = (name: FieldName, other: FieldName) => {
    if (texts.has(name) && !texts.has(other)) found.push(`${variable(name)} needs ${variable(other)} too`);
  };
  needs('kafkaSaslMechanism', 'kafkaSaslUsername');
  needs('kafkaSaslUsername', 'kafkaSaslPassword');
  needs('kafkaSaslPassword', 'kafkaSaslMechanism');
  needs('kafkaTlsCertificateFile', 'kafkaTlsKeyFile');
  needs('kafkaTlsKeyFile', 'kafkaTlsCertificateFile');
  needs('feedBmpCertificateFile', 'feedBmpKeyFile');
  needs('feedBmpKeyFile', 'feedBmpCertificateFile');
  needs('feedBmpCaFile', 'feedBmpCertificateFile');
  for (const name of ['kafkaTlsCaFile', 'kafkaTlsCertificateFile'] as const) {
    if (texts.has(name) && configuration.kafkaTls === false)
      found.push(`${variable(name)} needs ${variable('kafkaTls')}=true`);
  }
  const {
    kafkaTopicPrefix: prefix = '',
    kafkaHeartbeatIntervalMs = 0,
    kafkaSessionTimeoutMs = Infinity,
  } = configuration;
  if (!/^[\w.-]*$/.test(prefix) || prefix.length > prefixLengthMax)
    found.push(
      `${variable('kafkaTopicPrefix')}: "${prefix}" must be letters, digits, ".", "_" and "-", ${prefixLengthMax} at most`,
    );
  if (3 * kafkaHeartbeatIntervalMs > kafkaSessionTimeoutMs)
    found.push(
      `${variable('kafkaHeartbeatIntervalMs')} must be at most a third of ${variable('kafkaSessionTimeoutMs')}`,
    );
  const { watchList = [], watchListMax = Infinity } = configuration;
  if (new Set(watchList).size > watchListMax)
    found.push(
      `${variable('watchList')}: ${new Set(watchList).size} ASes are more than ${variable('watchListMax')}`,
    );
  const { logRetentionHours = Infinity, snapshotEventMinutes = 0 } = configuration;
  // The older of the two snapshots that are kept may be the one that can be read.
  if (60 * logRetentionHours < 2 * snapshotEventMinutes)
    found.push(
      `${variable('logRetentionHours')}: records must be kept for longer than two snapshots take (${variable('snapshotEventMinutes')}), or nothing can go on from one`,
    );
  return found;
}

/** All variables as they are now in force, as lines of an environment file; secrets are masked. */
export function dumpLines({ texts }: Settings): string[] {
  return names.flatMap((name) => {
    const { environment, kind, means, default: standard }: Field = fields[name];
    const set = texts.get(name);
    const text = set?.text ?? standard;
    const shown = set !== undefined && kind === 'secret' ? '********' : text && maskedUrls(text);
    const source = set === undefined ? 'default' : `from the ${set.from}`;
    const line = shown === undefined ? `# ${environment}=` : `${environment}=${shown}`;
    return [`# ${means} (${name}, ${shown === undefined ? 'not set' : source})`, line];
  });
}

/** What the transport is told. */
export function kafkaOptionsOf(
  configuration: Configuration,
  clientId: string,
  onEvent: (event: KafkaEvent) => void,
): KafkaOptions {
  const tls = tlsOf(configuration);
  const sasl = saslOf(configuration);
  return {
    brokers: configuration.kafkaBrokers,
    clientId,
    prefix: configuration.kafkaTopicPrefix,
    sessionTimeoutMs: configuration.kafkaSessionTimeoutMs,
    heartbeatIntervalMs: configuration.kafkaHeartbeatIntervalMs,
    onEvent,
    ...(tls && { tls }),
    ...(sasl && { sasl }),
  };
}

function tlsOf({ kafkaTls, kafkaTlsCaFile: ca, ...own }: Configuration): TlsOptions | undefined {
  if (!kafkaTls) return undefined;
  const { kafkaTlsCertificateFile: certificate, kafkaTlsKeyFile: key } = own;
  return {
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
  };
}

function saslOf(configuration: Configuration): SaslOptions | undefined {
  const {
    kafkaSaslMechanism: mechanism,
    kafkaSaslUsername: username,
    kafkaSaslPassword: password,
  } = configuration;
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
}
