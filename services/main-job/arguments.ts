import { parseArgs } from 'node:util';
import { collectorLayout } from '../feeder/archive/archive-layout.ts';
import { risLiveDefaults } from '../feeder/live/ris-live-options.ts';
import { options, refuseOthers, text, timeBounds, type Values } from './argument-options.ts';
import {
  address,
  asNumbers,
  defaultPage,
  groupToMake,
  kafkaTopics,
  seedOf,
  WrongArgument,
  withPageAddress,
} from './argument-values.ts';
import {
  type Command,
  type ConfiguredCommand,
  type OutputOptions,
  probeServiceNames,
  type ServiceName,
  serviceNames,
} from './command.ts';
import { defaultCacheFolder, defaultLiveFolder, defaultWatchFile } from './help-text.ts';

export function parseArguments(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: withPageAddress(args),
      options,
      allowPositionals: true,
    });
    return commandOf(values, positionals);
  } catch (error) {
    if (!(error instanceof WrongArgument) && !isParseError(error)) throw error;
    return { case: 'wrong', message: error.message.split(/\n|\. /, 1)[0]! };
  }
}

const isParseError = (error: unknown): error is Error =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');

function commandOf(values: Values, positionals: readonly string[]): Command {
  if (values.help) return { case: 'help' };
  if (values.version) return { case: 'version' };
  if (positionals[0] === 'why') return whyCommand(values, positionals.slice(1));
  if (positionals[0] === 'generate') return generateCommand(values, positionals.slice(1));
  if (positionals[0] === 'decode') return decodeCommand(values, positionals.slice(1));
  if (positionals[0] === 'run') return runCommand(values, positionals.slice(1));
  if (positionals[0] === 'topics') return topicsCommand(values, positionals.slice(1));
  if (positionals[0] === 'dead-letters' || positionals[0] === 'test-alert')
    return plainKafkaCommand(positionals[0], values, positionals.slice(1));
  if (positionals[0] === 'reprocess') return reprocessCommand(values, positionals.slice(1));
  const output = outputOptions(values);
  if (positionals[0] === 'live') return liveCommand(values, positionals.slice(1), output);
  if (positionals[0] === 'archive') return archiveCommand(values, positionals.slice(1), output);
  if (positionals[0] === 'probe') return probeCommand(values, positionals.slice(1), output);
  if (values['watch-list'] !== undefined) throw new WrongArgument('--watch-list is for live and probe');
  const ofGenerate = ofGenerates.find((name) => values[name] !== undefined);
  if (ofGenerate !== undefined) throw new WrongArgument(`--${ofGenerate} is for generate only`);
  const ofArchive = ofArchives.find((name) => values[name] !== undefined);
  if (ofArchive !== undefined) throw new WrongArgument(`--${ofArchive} is for archive only`);
  const ofLive = ofLives.find((name) => values[name] !== undefined);
  if (ofLive !== undefined) throw new WrongArgument(`--${ofLive} is for live only`);
  const ofKafka = [...ofConfigured, 'apply', 'inject', 'prefix', 'paced'].find(
    (name) => values[name] !== undefined,
  );
  if (ofKafka !== undefined) throw new WrongArgument(`--${ofKafka} is for what works on Kafka`);
  if (positionals.length === 0) {
    refuseOthers(values, [...ofReplayed, 'seed', 'now'], 'needs a FILE');
    return { case: 'replay', seed: seedOf(text(values.seed)), isNow: values.now === true, output };
  }
  refuseOthers(values, [...ofReplayed, 'from', 'until', 'seed-rib', 'data'], 'is for the replay only');
  return {
    case: 'detect',
    files: positionals,
    seedRib: text(values['seed-rib']),
    dataFolder: text(values.data),
    ...timeBounds(values),
    output,
  };
}

const ofLives = ['bmp', 'ris-live', 'kafka', 'topics'];
const ofGenerates = ['as', 'country', 'delegated', 'name'];
const ofArchives = ['collector', 'base-url', 'cache'];

function probeCommand(values: Values, files: readonly string[], output: OutputOptions): Command {
  refuseOthers(values, ['format', 'watch', 'watch-list', 'seed-rib'], 'is not for probe');
  const watchList = text(values['watch-list']);
  const seedRib = text(values['seed-rib']);
  if (watchList === undefined && files.length === 0)
    throw new WrongArgument('probe needs a FILE of Atlas results, or --watch-list');
  if (watchList !== undefined && files.length > 0)
    throw new WrongArgument(`probe takes --watch-list or ${files[0]}, not both`);
  if (seedRib !== undefined && files.length === 0) throw new WrongArgument('--seed-rib needs a FILE');
  return { case: 'probe', files, seedRib, watchList, output };
}

function archiveCommand(values: Values, places: readonly string[], output: OutputOptions): Command {
  const known = [...ofReplayed, 'from', 'until', ...ofArchives];
  refuseOthers(values, known, 'is not for archive');
  const collectors = text(values.collector)?.split(',') ?? [];
  const baseUrl = text(values['base-url']);
  const bounds = timeBounds(values);
  if (collectors.length === 0 && places.length === 0)
    throw new WrongArgument('archive needs --collector, or a folder or an address');
  if (collectors.length > 0 && places.length > 0)
    throw new WrongArgument(`archive takes --collector or ${places[0]}, not both`);
  if (collectors.length > 0 && (bounds.fromSecond === undefined || bounds.untilSecond === undefined))
    throw new WrongArgument('--collector needs --from and --until');
  for (const name of collectors)
    if (collectorLayout(name, undefined) === undefined)
      throw new WrongArgument(`--collector: "${name}" is no collector's name, such as rrc00 or route-views2`);
  if (
    baseUrl !== undefined &&
    (collectors.length === 0 || !/^https?:/.test(baseUrl) || !URL.canParse(baseUrl))
  )
    throw new WrongArgument('--base-url is an http(s) address, for --collector');
  const cacheFolder = text(values.cache) ?? defaultCacheFolder;
  return { case: 'archive', collectors, places, baseUrl, cacheFolder, ...bounds, output };
}

function generateCommand(values: Values, others: readonly string[]): Command {
  if (others.length > 0) throw new WrongArgument(`generate needs no ${others[0]}`);
  refuseOthers(values, [...ofGenerates, 'seed-rib', 'data', 'as-names', 'watch-file'], 'is not for generate');
  const seedRib = text(values['seed-rib']);
  const data = text(values.data);
  const delegated = text(values.delegated)?.split(',') ?? [];
  const of = groupToMake(text(values.country), text(values.as), text(values.name));
  if (seedRib !== undefined && data !== undefined)
    throw new WrongArgument('generate takes the table of --seed-rib or the log of --data, not both');
  if (of.case === 'country' && delegated.length === 0)
    throw new WrongArgument("--country needs --delegated: the registries' files");
  if (of.case === 'ases' && delegated.length > 0) throw new WrongArgument('--delegated is for --country');
  const asNamesFile = text(values['as-names']);
  return {
    case: 'generate',
    of,
    seedRib,
    dataFolder: data ?? defaultLiveFolder,
    delegated,
    asNamesFile,
    watchFile: text(values['watch-file']) ?? defaultWatchFile,
  };
}

function whyCommand(values: Values, [incident, ...files]: readonly string[]): Command {
  refuseOthers(
    values,
    ['data', 'seed-rib', 'from', 'until', 'seed', 'config', 'watch-file'],
    'is not for why',
  );
  if (incident === undefined) throw new WrongArgument('why needs the id of an INCIDENT');
  const places = [files[0], text(values.data) && '--data', text(values.config) && '--config'].filter(
    (place) => place !== undefined,
  );
  if (places.length > 1) throw new WrongArgument(`why takes ${places.join(' or ')}, not both`);
  const ofFiles = ['seed-rib', 'from', 'until'].find((name) => values[name] !== undefined);
  if (ofFiles !== undefined && files.length === 0) throw new WrongArgument(`why --${ofFiles} needs a FILE`);
  return {
    case: 'why',
    incident,
    files,
    seedRib: text(values['seed-rib']),
    dataFolder: text(values.data),
    configFile: text(values.config),
    watchFile: text(values['watch-file']),
    ...timeBounds(values),
    seed: seedOf(text(values.seed)),
  };
}

function decodeCommand(values: Values, files: readonly string[]): Command {
  refuseOthers(values, [], 'is not for decode');
  if (files.length === 0) throw new WrongArgument('decode needs a FILE');
  return { case: 'decode', files };
}

function runCommand(values: Values, [name, ...files]: readonly string[]): Command {
  const names: readonly ServiceName[] = [...serviceNames, ...probeServiceNames];
  const service = names.find((one) => one === name);
  if (service === undefined) throw new WrongArgument(`run needs one of ${names.join(', ')}`);
  refuseOthers(values, [...ofConfigured, 'paced'], 'is not for run');
  const settings = configured(values);
  if (service === 'active-prober' && files.length !== 1 && settings.only === undefined)
    throw new WrongArgument('run active-prober needs a FILE, the watch list');
  if (service !== 'feeder' && service !== 'active-prober' && files.length > 0)
    throw new WrongArgument(`${service} needs no ${files[0]}`);
  const isPaced = values.paced === true;
  if (isPaced && (service !== 'feeder' || files.length === 0))
    throw new WrongArgument('--paced is for run feeder with a FILE');
  return { case: 'run', service, files, isPaced, ...settings };
}

function topicsCommand(values: Values, others: readonly string[]): Command {
  if (others.length > 0) throw new WrongArgument(`topics needs no ${others[0]}`);
  refuseOthers(values, [...ofConfigured, 'apply'], 'is not for topics');
  return { case: 'topics', apply: values.apply === true, ...configured(values) };
}

function plainKafkaCommand(
  name: 'dead-letters' | 'test-alert',
  values: Values,
  others: readonly string[],
): Command {
  if (others.length > 0) throw new WrongArgument(`${name} needs no ${others[0]}`);
  if (name === 'dead-letters' && values.inject === true) throw new WrongArgument(whyNoInject);
  refuseOthers(values, ofConfigured, `is not for ${name}`);
  return { case: name, ...configured(values) };
}

/** Asked for by those who know it of other programs. */
const whyNoInject =
  'a dead letter is not fed in again: at the end of its topic it would put an old route over a newer one; ' +
  'reprocess --prefix OTHER reads its record again where it lies, in order';

function reprocessCommand(values: Values, others: readonly string[]): Command {
  if (others.length > 0) throw new WrongArgument(`reprocess needs no ${others[0]}`);
  refuseOthers(values, [...ofConfigured, 'prefix', 'from', 'until'], 'is not for reprocess');
  const prefix = text(values.prefix) ?? '';
  if (prefix === '') throw new WrongArgument('reprocess needs --prefix, such as replay.v1.');
  return { case: 'reprocess', prefix, ...timeBounds(values), ...configured(values) };
}

const ofOutput = ['format', 'scores', 'watch', 'watch-file', 'page', 'as-names', 'web-config'];
/** Where what is read is of the past. */
const ofReplayed = [...ofOutput, 'openmetrics'];
const ofConfigured = ['config', 'check', 'dump'];

function configured(values: Values): Pick<ConfiguredCommand, 'configFile' | 'only'> {
  const only = values.check ? 'check' : values.dump ? 'dump' : undefined;
  return { configFile: text(values.config), only };
}

function liveCommand(values: Values, others: readonly string[], output: OutputOptions): Command {
  if (others.length > 0) throw new WrongArgument(`live needs no ${others[0]}`);
  refuseOthers(values, [...ofOutput, 'data', 'watch-list', ...ofLives], 'is not for live');
  const url = text(values['ris-live']);
  const risLiveUrl = url === 'off' ? undefined : (url ?? risLiveDefaults.url);
  if (risLiveUrl !== undefined && !/^wss?:\/\/./.test(risLiveUrl)) {
    throw new WrongArgument(`--ris-live: "${risLiveUrl}" is neither ws://, wss:// nor off`);
  }
  const bmp = address('--bmp', text(values.bmp), '::');
  const kafka = kafkaTopics(text(values.kafka), text(values.topics));
  if (risLiveUrl === undefined && bmp === undefined && kafka === undefined) {
    throw new WrongArgument('live with --ris-live off needs --bmp or --kafka: there is nothing to hear');
  }
  return {
    case: 'live',
    dataFolder: text(values.data) ?? defaultLiveFolder,
    risLiveUrl,
    bmp,
    kafka,
    watchList: text(values['watch-list']),
    output,
  };
}

function outputOptions(values: Values): OutputOptions {
  const format = text(values.format) ?? 'text';
  if (format !== 'text' && format !== 'ndjson') {
    throw new WrongArgument(`--format ${format} is neither text nor ndjson`);
  }
  const page = address('--page', text(values.page), defaultPage.host);
  const asNamesFile = text(values['as-names']);
  if (asNamesFile !== undefined && page === undefined) throw new WrongArgument('--as-names is for --page');
  const webConfigFile = text(values['web-config']);
  if (webConfigFile !== undefined && page === undefined)
    throw new WrongArgument('--web-config is for --page');
  return {
    format,
    scoresFile: text(values.scores),
    openMetricsFile: text(values.openmetrics),
    watch: asNumbers('--watch', text(values.watch)),
    watchFile: text(values['watch-file']),
    page,
    asNamesFile,
    webConfigFile,
  };
}
