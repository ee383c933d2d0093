import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';
import type { ProbedAddress } from '#core/visibility/target-origins.ts';
import { type AtlasWatch, atlasDefaults } from './atlas-stream.ts';
import { dnsQuery } from './dns-query.ts';
import type { ProbeOptions, Target } from './probe.ts';

/** Who is probed, how often at most, and from where. */
export interface WatchList extends ProbeOptions {
  /** "prober:" and the name of this one. */
  readonly prober: string;
  readonly targets: readonly Target[];
  /** What of RIPE Atlas is heard besides, if anything. */
  readonly atlas?: AtlasWatch;
  /** Of all targets together; and probes under way at a time. */
  readonly probesPerMinute: number;
  readonly concurrent: number;
}

export class WrongWatchList extends Error {}

const defaults = { everySeconds: 60, timeoutSeconds: 5, probesPerMinute: 600, concurrent: 100 } as const;
/** The budget of a target: nobody is asked more often. */
const mostOftenSeconds = 10;
const longestTimeoutSeconds = 30;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a watch list (JSON). Only addresses inside its `allow` list are probed, and that is empty where nothing is said: a target outside
 * it is an error, not a target. Throws WrongWatchList with what is wrong.
 */
export function readWatchList(text: string): WatchList {
  const file = fieldsOf(parse(text), 'the watch list');
  refuseUnknown(file, 'the watch list', [
    'prober',
    'sourceIpv4',
    'sourceIpv6',
    'allow',
    'targets',
    'atlas',
    ...limitNames,
    ...timeNames,
  ]);
  const allow = allowed(file.allow);
  const times = timesOf(file, defaults);
  const atlas = file.atlas === undefined ? undefined : atlasOf(file.atlas);
  const targets = listOf(file.targets ?? (atlas && []), 'targets').map((one, i) =>
    targetOf(one, `targets[${i}]`, allow, times),
  );
  return {
    prober: `prober:${textOf(file.prober ?? hostname(), 'prober')}`,
    targets,
    ...(atlas && { atlas }),
    probesPerMinute: numberOf(
      file.probesPerMinute ?? defaults.probesPerMinute,
      'probesPerMinute',
      1,
      100_000,
    ),
    concurrent: numberOf(file.concurrent ?? defaults.concurrent, 'concurrent', 1, 10_000),
    ...(file.sourceIpv4 !== undefined && { sourceIpv4: addressOf(file.sourceIpv4, 'sourceIpv4', 4) }),
    ...(file.sourceIpv6 !== undefined && { sourceIpv6: addressOf(file.sourceIpv6, 'sourceIpv6', 6) }),
  };
}

/** Those of whom the route table is to say whose they are, each address once. */
export function probedAddresses({ targets, atlas }: WatchList): ProbedAddress[] {
  const all = [...targets, ...(atlas?.targets ?? [])];
  const listed = new Map(all.map(({ address, originAs }) => [address, { address, originAs }]));
  return [...listed.values()];
}

/** The watch list of a file, or what is wrong with it. */
export function watchListIn(file: string): WatchList | string {
  try {
    return readWatchList(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof WrongWatchList) return error.message;
    throw error;
  }
}

/** Results say the address of their target and not whose it is: the list says it, and where it names the address too, the route table. */
function atlasOf(value: unknown): AtlasWatch {
  const atlas = fieldsOf(value, 'atlas');
  refuseUnknown(atlas, 'atlas', ['url', 'connections', 'measurements']);
  const measurements = listOf(atlas.measurements ?? [], 'atlas.measurements').map((one, i) => {
    const at = `atlas.measurements[${i}]`;
    const measurement = fieldsOf(one, at);
    refuseUnknown(measurement, at, ['id', 'as', 'address']);
    return {
      id: numberOf(measurement.id, `${at}.id`, 1, 0xffff_ffff),
      originAs: numberOf(measurement.as, `${at}.as`, 1, 0xffff_ffff),
      address:
        measurement.address === undefined ? undefined : addressOf(measurement.address, `${at}.address`),
    };
  });
  const connections = atlas.connections ?? false;
  if (typeof connections !== 'boolean')
    throw new WrongWatchList('atlas.connections is neither true nor false');
  if (!connections && measurements.length === 0)
    throw new WrongWatchList('atlas names no measurements, and no connections either');
  return {
    url: atlas.url === undefined ? atlasDefaults.url : streamOf(atlas.url),
    connections,
    origins: new Map(measurements.map(({ id, originAs }) => [id, originAs])),
    targets: measurements.flatMap(({ address, originAs }) =>
      address === undefined ? [] : [{ address, originAs }],
    ),
  };
}

/** A key may be sent there: by TLS, or to nobody outside. */
function streamOf(value: unknown): string {
  const url = textOf(value, 'atlas.url');
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' };
  if (protocol !== 'wss:' && !(protocol === 'ws:' && hostname === '127.0.0.1'))
    throw new WrongWatchList(`atlas.url: "${url}" is not wss://...`);
  return url;
}

const limitNames = ['probesPerMinute', 'concurrent'];
const timeNames = ['everySeconds', 'timeoutSeconds'];

function allowed(value: unknown): BlockList {
  const allow = new BlockList();
  for (const [i, prefix] of listOf(value ?? [], 'allow').entries()) {
    const [address = '', length = ''] = textOf(prefix, `allow[${i}]`).split('/');
    const family = isIP(address);
    if (family === 0 || !/^\d+$/.test(length) || Number(length) > (family === 4 ? 32 : 128))
      throw new WrongWatchList(`allow[${i}]: "${prefix}" is not a prefix such as 192.0.2.0/24`);
    allow.addSubnet(address, Number(length), family === 4 ? 'ipv4' : 'ipv6');
  }
  return allow;
}

function targetOf(value: unknown, at: string, allow: BlockList, times: Times): Target {
  const target = fieldsOf(value, at);
  const address = addressOf(target.address, `${at}.address`);
  if (!allow.check(address, address.includes(':') ? 'ipv6' : 'ipv4'))
    throw new WrongWatchList(
      `${at}: ${address} is in no prefix of "allow": nobody is probed who is not named there`,
    );
  const base = {
    address,
    originAs: numberOf(target.as, `${at}.as`, 1, 0xffff_ffff),
    ...timesOf(target, times),
  };
  const own = (...names: string[]) =>
    refuseUnknown(target, at, ['kind', 'address', 'as', ...timeNames, ...names]);
  switch (target.kind) {
    case 'ping':
    case 'traceroute':
      own();
      return { ...base, kind: target.kind };
    case 'tcp':
      own('port');
      return { ...base, kind: 'tcp', port: portOf(target.port, at) };
    case 'dns':
      own('port', 'name');
      return { ...base, kind: 'dns', port: portOf(target.port ?? 53, at), name: nameOf(target.name, at) };
    case 'http':
      own('url', 'status', 'body');
      return {
        ...base,
        kind: 'http',
        url: urlOf(target.url, at),
        ...(target.status !== undefined && { status: numberOf(target.status, `${at}.status`, 100, 599) }),
        ...(target.body !== undefined && { body: textOf(target.body, `${at}.body`) }),
      };
    default:
      throw new WrongWatchList(`${at}.kind is none of ping, traceroute, tcp, http, dns`);
  }
}

interface Times {
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
}

function timesOf(fields: Fields, otherwise: Times): Times {
  const everySeconds = numberOf(
    fields.everySeconds ?? otherwise.everySeconds,
    'everySeconds',
    mostOftenSeconds,
    86_400,
  );
  const timeoutSeconds = numberOf(
    fields.timeoutSeconds ?? otherwise.timeoutSeconds,
    'timeoutSeconds',
    1,
    longestTimeoutSeconds,
  );
  if (timeoutSeconds > everySeconds) throw new WrongWatchList('timeoutSeconds is more than everySeconds');
  return { everySeconds, timeoutSeconds };
}

const portOf = (value: unknown, at: string): number => numberOf(value, `${at}.port`, 1, 65_535);

function nameOf(value: unknown, at: string): string {
  const name = textOf(value, `${at}.name`);
  try {
    dnsQuery(0, name);
  } catch (error) {
    throw new WrongWatchList(`${at}.name: ${(error as Error).message}`);
  }
  return name;
}

function urlOf(value: unknown, at: string): string {
  const url = textOf(value, `${at}.url`);
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new WrongWatchList(`${at}.url: "${url}" is not http(s)`);
  return url;
}

function addressOf(value: unknown, at: string, family?: 4 | 6): string {
  const address = textOf(value, at);
  if (isIP(address) === 0 || (family !== undefined && isIP(address) !== family))
    throw new WrongWatchList(`${at}: "${address}" is not an address`);
  return address;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WrongWatchList(`the watch list is not JSON: ${(error as Error).message}`);
  }
}

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WrongWatchList(`${at} is not an object`);
  return value as Fields;
}

function refuseUnknown(fields: Fields, at: string, known: readonly string[]): void {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other !== undefined) throw new WrongWatchList(`${at} has a field "${other}", which is not known there`);
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new WrongWatchList(`${at} is not a list`);
  return value;
}

function textOf(value: unknown, at: string): string {
  if (typeof value !== 'string' || value === '') throw new WrongWatchList(`${at} is not a text`);
  return value;
}

function numberOf(value: unknown, at: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new WrongWatchList(`${at} is not a whole number from ${least} to ${most}`);
  return value;
}
