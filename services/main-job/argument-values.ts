import { type EventSecond, parseSecond } from '#core/event-time.ts';

/** A wrong argument: what is wrong with it, in one line. */
export class WrongArgument extends Error {}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const addressPattern = /^(?:\[([0-9a-f:.]+)\]:|([^:[\]]+):)?(\d{1,5})$/i;

/** "11019", "192.0.2.1:11019", "[2001:db8::1]:11019". */
export function address(name: string, value: string | undefined, defaultHost: string): Address | undefined {
  if (value === undefined) return undefined;
  const match = addressPattern.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new WrongArgument(
      `${name}: "${value}" is not a port or an address and a port, such as 192.0.2.1:11019`,
    );
  }
  return { host: match[1] ?? match[2] ?? defaultHost, port };
}

/** BEAT on the keys of a telephone. */
export const defaultPage: Address = { host: '127.0.0.1', port: 2328 };

/** --page may stand alone: what follows belongs to it only if it is a port, or an address and a port. */
export function withPageAddress(args: readonly string[]): string[] {
  const at = args.indexOf('--page');
  if (at < 0) return [...args];
  const next = args[at + 1];
  const isAddress = next !== undefined && addressPattern.test(next);
  const page = isAddress ? next : `${defaultPage.host}:${defaultPage.port}`;
  return [...args.slice(0, at), `--page=${page}`, ...args.slice(isAddress ? at + 2 : at + 1)];
}

export function asNumbers(name: string, list: string | undefined): ReadonlySet<number> {
  const ases = new Set<number>();
  for (const item of list?.split(',') ?? []) {
    const match = /^\s*(?:AS)?(\d{1,10})\s*$/i.exec(item);
    const asn = Number(match?.[1]);
    if (!(asn > 0 && asn < 2 ** 32)) throw new WrongArgument(`${name}: "${item}" is not an AS number`);
    ases.add(asn);
  }
  return ases;
}

export function time(name: string, value: string | undefined): EventSecond | undefined {
  if (value === undefined) return undefined;
  const second = parseSecond(value);
  if (second === undefined) {
    throw new WrongArgument(`${name}: "${value}" is not a time such as 2014-12-22T16:15Z`);
  }
  return second;
}

export function seedOf(value: string | undefined): number {
  if (value === undefined) return defaultSeed;
  const seed = Number(value);
  if (!/^\d+$/.test(value) || seed >= 2 ** 32)
    throw new WrongArgument(`--seed: "${value}" is not a number below 2^32`);
  return seed;
}

const defaultSeed = 1;

/** Names that OpenBMP's topics end with. */
export const defaultTopics = '(^|\\.)bmp_raw$';

/** Whose topics to read, if anybody's. */
export function kafkaTopics(brokers: string | undefined, topics: string | undefined) {
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

/** Whose group it is to be. */
export function groupToMake(country: string | undefined, as: string | undefined, name: string | undefined) {
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
