import { parseArgs } from 'node:util';
import type { EventSecond } from '#core/event-time.ts';
import { collectorLayout } from '../feeder/archive/archive-layout.ts';
import { risLiveDefaults } from '../feeder/live/ris-live-options.ts';
import {
  type Address,
  address,
  asNumbers,
  defaultPage,
  seedOf,
  time,
  WrongArgument,
  withPageAddress,
} from './argument-values.ts';

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
      /** The table: a RIB, updates, or prefixes and origins. */
      readonly seedRib: string;
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

const defaultLiveFolder = 'steadybeat-live';
const defaultTopics = '(^|\\.)bmp_raw$';
const defaultCacheFolder = 'steadybeat-archive';

export const helpText = `Steadybeat watches the Internet's routing for the steady beat of instability and the outage that follows it.

  npm start                            replay North Korea, December 2014, and watch it being found
  npm start -- [OPTIONS] FILE...       find incidents in MRT files of BGP collectors: updates and RIBs, in any order,
                                       gzip, bzip2, zstd or plain
  npm start -- live                    watch the Internet as it is now, by RIPE's RIS Live; --bmp hears your own routers too
  npm start -- archive --collector rrc00,route-views2 --from TIME --until TIME
                                       the same over the archives of RIPE RIS and RouteViews: the last RIB before, and the updates since
  npm start -- archive PLACE...        over all MRT files in a folder, or at an http(s) address (ending in / for all that it links to)
  npm start -- probe FILE...           what the connections of RIPE Atlas probes say, as stored; results that name no origin AS (ping,
                                       traceroute, DNS, HTTP) are counted, and not used
  npm start -- probe --watch-list FILE probe the hosts of a list, and say what they say (services/active-prober/examples)
  npm start -- generate --country KP --seed-rib RIB --delegated FILE,... --watch-file FILE
                                       put a group into a watch file: a country's ASes with the address space that they announce, by the
                                       registries' delegated(-extended) files; or --as 131279,... (--name NAME, if several)
  npm start -- decode FILE...          print every route, one a line, as \`bgpdump -m\` does
  npm start -- why INCIDENT            the evidence of an incident in words, and whether the same verdict comes out of the stored updates
                                       again; by its id or how that begins, in the log of --data DIR, in FILE..., on Kafka where
                                       its brokers are set, or else in the replay (status 0: it does, 1: it does not, 2: no such incident)

  On Apache Kafka (--dump lists every setting; status 1: could not go on or end in time, 2: wrong arguments or settings):
  npm start -- topics                  say how the topics differ from what they should be; --apply creates and sets them
  npm start -- dead-letters            show what could not be used, and where it came from
  npm start -- reprocess --prefix X    tell the history of the configured topics again, by this version, into topics that begin with X; nobody is
                                       alerted; ends when all is told, and says how the incidents differ
  npm start -- test-alert              send a test incident through exporter, Prometheus and Alertmanager to whoever is told
  npm start -- run SERVICE             one service as a process: route-tracker, visibility-tracker, instability-scorer,
                                       anomaly-detector or metrics-exporter; it waits for brokers, and SIGTERM ends it in order
  npm start -- run feeder FILE...      feed MRT files to them; without a FILE, the live feeds of the settings
  npm start -- run active-prober FILE  probe the hosts of a watch list; run probe-tracker brings it to the scorer

Options
  --format text|ndjson    ndjson: one JSON line for each change of an incident on standard output, all else on standard error
  --scores FILE           write the score of every AS in every minute in which something happens to it, as JSON lines
  --watch AS131279,...    report these ASes only
  --watch-file FILE       groups (countries, sets of ASes, lists of prefixes) with incidents of their own, and who is muted until when
                          (deploy/README.md, "Groups and mutes")
  --page [[ADDRESS:]PORT] serve a web page of it and stay until Ctrl-C (default ${defaultPage.host}:${defaultPage.port})
  --as-names FILE         what ASes are called on the page: lines such as RIPE's asn.txt has ("3356 LEVEL3, US")
  --web-config FILE       TLS and passwords for the page, in the form of Prometheus' web configuration (deploy/README.md)
  --from TIME             leave out what is earlier; an earlier RIB is the table at the start ("2008-02-20T06:00Z")
  --until TIME            leave out what is at this time or later
  --seed-rib FILE         the table to expect: a RIB, or prefixes and origins in pyasn's format
  --delegated FILE,...    generate: what the registries gave to whom (such as delegated-apnic-extended-latest)
  --as AS131279,...       generate: these ASes; --name NAME says what the group is called
  --country KP            generate: a country
  --data DIR              keep the log in this folder; the same command goes on where it was interrupted
                          (live always keeps it: in ${defaultLiveFolder} where nothing else is said)
  --bmp [ADDRESS:]PORT    live: listen for routers that send BMP (on all addresses, if none is given)
  --ris-live URL|off      live: another server, or none
  --kafka HOST:PORT,...   live: read what others write to this Kafka: BMP (RouteViews, OpenBMP, goBMP), or routes as OpenBMP, goBMP or the
                          Internet Health Report parse them; TLS and user as --dump lists them
  --topics REGEXP         live: of these topics (default ${defaultTopics})
  --watch-list FILE       live, probe: the hosts to probe, as in services/active-prober/examples; nobody is probed who is not in it
  --collector NAMES       archive: collectors, divided by commas
  --base-url URL          archive: of a mirror with the same folders
  --cache DIR             archive: fetched files lie in this folder, 16 GB at most (default ${defaultCacheFolder}); what is there is not
                          fetched again, and what was cut is continued
  --seed NUMBER           of the replay: draw another one (default 1)
  --now                   of the replay: shifted, so that its blackout began ten minutes ago; what is past is played at once, the rest
                          at the pace of time. Its collectors' names, and the page, say so
  --paced                 of run feeder: what lies in the future is fed when its time has come
  --config FILE           on Kafka: a JSON file of settings; the environment stands over it
  --check, --dump         on Kafka: only check the settings, or print them as an environment file, without secrets
  --apply                 of topics: change what differs
  --prefix X              of reprocess: before the names of the topics to write; --from and --until bound what is told
  --help, --version
`;

const options = {
  format: { type: 'string' },
  scores: { type: 'string' },
  watch: { type: 'string' },
  'watch-file': { type: 'string' },
  page: { type: 'string' },
  'as-names': { type: 'string' },
  'web-config': { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  'seed-rib': { type: 'string' },
  as: { type: 'string' },
  country: { type: 'string' },
  delegated: { type: 'string' },
  name: { type: 'string' },
  data: { type: 'string' },
  seed: { type: 'string' },
  collector: { type: 'string' },
  'base-url': { type: 'string' },
  cache: { type: 'string' },
  bmp: { type: 'string' },
  'ris-live': { type: 'string' },
  kafka: { type: 'string' },
  'watch-list': { type: 'string' },
  topics: { type: 'string' },
  config: { type: 'string' },
  check: { type: 'boolean' },
  dump: { type: 'boolean' },
  apply: { type: 'boolean' },
  now: { type: 'boolean' },
  paced: { type: 'boolean' },
  prefix: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

type Values = { [K in keyof typeof options]?: string | boolean | undefined } & Record<string, unknown>;

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
  const ofKafka = [...ofConfigured, 'apply', 'prefix'].find((name) => values[name] !== undefined);
  if (ofKafka !== undefined) throw new WrongArgument(`--${ofKafka} is for what works on Kafka`);
  if (positionals.length === 0) {
    refuseOthers(values, [...ofOutput, 'seed', 'now'], 'needs a FILE');
    return { case: 'replay', seed: seedOf(text(values.seed)), isNow: values.now === true, output };
  }
  refuseOthers(values, [...ofOutput, 'from', 'until', 'seed-rib', 'data'], 'is for the replay only');
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
  refuseOthers(values, ['format', 'watch', 'watch-list'], 'is not for probe');
  const watchList = text(values['watch-list']);
  if (watchList === undefined && files.length === 0)
    throw new WrongArgument('probe needs a FILE of Atlas results, or --watch-list');
  if (watchList !== undefined && files.length > 0)
    throw new WrongArgument(`probe takes --watch-list or ${files[0]}, not both`);
  return { case: 'probe', files, watchList, output };
}

function archiveCommand(values: Values, places: readonly string[], output: OutputOptions): Command {
  const known = [...ofOutput, 'from', 'until', ...ofArchives];
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
  refuseOthers(values, [...ofGenerates, 'seed-rib', 'as-names', 'watch-file'], 'is not for generate');
  const seedRib = text(values['seed-rib']);
  const watchFile = text(values['watch-file']);
  const delegated = text(values.delegated)?.split(',') ?? [];
  const of = groupToMake(text(values.country), text(values.as), text(values.name));
  if (seedRib === undefined)
    throw new WrongArgument('generate needs --seed-rib: a table of who announces what');
  if (watchFile === undefined) throw new WrongArgument('generate needs --watch-file: where the group is put');
  if (of.case === 'country' && delegated.length === 0)
    throw new WrongArgument("--country needs --delegated: the registries' files");
  if (of.case === 'ases' && delegated.length > 0) throw new WrongArgument('--delegated is for --country');
  return { case: 'generate', of, seedRib, delegated, asNamesFile: text(values['as-names']), watchFile };
}

function groupToMake(country: string | undefined, as: string | undefined, name: string | undefined) {
  if ((country === undefined) === (as === undefined))
    throw new WrongArgument('generate needs --country or --as');
  if (country !== undefined) {
    if (!/^[A-Z]{2}$/.test(country))
      throw new WrongArgument(`--country: "${country}" is not two capital letters, such as KP`);
    if (name !== undefined) throw new WrongArgument('--name is for --as');
    return { case: 'country', country } as const;
  }
  const ases = asNumbers('--as', as);
  const own = name ?? (ases.size === 1 ? `AS${[...ases][0]}` : undefined);
  if (own === undefined) throw new WrongArgument('--as with several ASes needs --name');
  return { case: 'ases', ases, name: own } as const;
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

function timeBounds(values: Values) {
  const fromSecond = time('--from', text(values.from));
  const untilSecond = time('--until', text(values.until));
  if (fromSecond !== undefined && untilSecond !== undefined && fromSecond >= untilSecond) {
    throw new WrongArgument(`--until ${values.until} is not later than --from ${values.from}`);
  }
  return { fromSecond, untilSecond };
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
  refuseOthers(values, ofConfigured, `is not for ${name}`);
  return { case: name, ...configured(values) };
}

function reprocessCommand(values: Values, others: readonly string[]): Command {
  if (others.length > 0) throw new WrongArgument(`reprocess needs no ${others[0]}`);
  refuseOthers(values, [...ofConfigured, 'prefix', 'from', 'until'], 'is not for reprocess');
  const prefix = text(values.prefix) ?? '';
  if (prefix === '') throw new WrongArgument('reprocess needs --prefix, such as replay.v1.');
  return { case: 'reprocess', prefix, ...timeBounds(values), ...configured(values) };
}

const ofOutput = ['format', 'scores', 'watch', 'watch-file', 'page', 'as-names', 'web-config'];
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

function kafkaTopics(brokers: string | undefined, topics: string | undefined) {
  if (brokers === undefined) {
    if (topics !== undefined) throw new WrongArgument('--topics needs --kafka');
    return undefined;
  }
  const list = brokers.split(',');
  for (const broker of list)
    if (!/^(\[[0-9a-f:.]+\]|[^\s:[\]/]+):\d{1,5}$/i.test(broker))
      throw new WrongArgument(`--kafka: "${broker}" is not host:port`);
  try {
    return { brokers: list, topics: new RegExp(topics ?? defaultTopics) };
  } catch (error) {
    throw new WrongArgument(`--topics: ${(error as Error).message}`);
  }
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
    watch: asNumbers('--watch', text(values.watch)),
    watchFile: text(values['watch-file']),
    page,
    asNamesFile,
    webConfigFile,
  };
}

function refuseOthers(values: Values, known: readonly string[], why: string): void {
  const other = Object.keys(values).find((name) => values[name] !== undefined && !known.includes(name));
  if (other !== undefined) throw new WrongArgument(`--${other} ${why}`);
}

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
