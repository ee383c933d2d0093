import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type EventSecond, parseSecond } from '#core/event-time.ts';
import { bitsOf } from '#core/group/prefix-list.ts';
import { type Group, type GroupAs, groupSubject, type Mute, type WatchFile } from '#core/group/watch-file.ts';

/** All that is wrong with a watch file, each with its place. */
export class WrongWatchFile extends Error {
  readonly mistakes: readonly string[];

  constructor(file: string, mistakes: readonly string[]) {
    super(mistakes.map((mistake) => `${file}: ${mistake}`).join('\n'));
    this.mistakes = mistakes;
  }
}

/** Reads a watch file; throws WrongWatchFile. deploy/README.md says what may be in it. */
export function readWatchFile(file: string): WatchFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new WrongWatchFile(file, [(error as Error).message]);
  }
  return parseWatchFile(file, bytes.toString('utf8'));
}

export function parseWatchFile(file: string, text: string): WatchFile {
  const reading = new Reading();
  const content = reading.json(text);
  const watched = reading.object(content, 'the file', ['groups', 'mutes']);
  const groups = reading
    .list(watched.groups ?? [], 'groups')
    .map((value, i) => groupOf(reading, value, `groups[${i}]`));
  reading.once(
    groups.map(({ name }) => name),
    'groups: two have the name',
  );
  const names = new Set(groups.map(({ name }) => groupSubject(name)));
  const mutes = reading
    .list(watched.mutes ?? [], 'mutes')
    .map((value, i) => muteOf(reading, value, `mutes[${i}]`, names));
  if (reading.mistakes.length > 0) throw new WrongWatchFile(file, reading.mistakes);
  return { hash: createHash('sha256').update(text).digest('hex'), groups, mutes };
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const textLengthMax = 200;
/** What a group's address space may be, in /24 or /48: all of IPv4, and a /8 of IPv6. */
const blocksMax = { slash24s: 2 ** 24, slash48s: 2 ** 40 } as const;

function groupOf(reading: Reading, value: unknown, at: string): Group {
  const fields = reading.object(value, at, ['name', 'title', 'ases', 'prefixes', 'note']);
  const name = reading.text(fields.name, `${at}.name`);
  if (name !== '' && !namePattern.test(name))
    reading.wrong(`${at}.name: "${name}" has other characters than letters, digits, "_", "." and "-"`);
  const ases = reading
    .list(fields.ases ?? [], `${at}.ases`)
    .map((one, i) => asOf(reading, one, `${at}.ases[${i}]`));
  const prefixes = reading
    .list(fields.prefixes ?? [], `${at}.prefixes`)
    .map((one, i) => prefixOf(reading, one, `${at}.prefixes[${i}]`));
  if (ases.length + prefixes.length === 0) reading.wrong(`${at}: has neither ases nor prefixes`);
  reading.once(
    ases.map(({ asn }) => `AS${asn}`),
    `${at}.ases: twice`,
  );
  overlaps(reading, prefixes, at);
  if (fields.note !== undefined) reading.text(fields.note, `${at}.note`, Number.POSITIVE_INFINITY);
  return {
    name,
    title: fields.title === undefined ? '' : reading.text(fields.title, `${at}.title`),
    ases,
    prefixes,
  };
}

function asOf(reading: Reading, value: unknown, at: string): GroupAs {
  const fields = reading.object(value, at, ['as', 'name', 'slash24s', 'slash48s']);
  if (fields.name !== undefined) reading.text(fields.name, `${at}.name`);
  const slash24s = reading.whole(fields.slash24s ?? 0, `${at}.slash24s`, 0, blocksMax.slash24s);
  const slash48s = reading.whole(fields.slash48s ?? 0, `${at}.slash48s`, 0, blocksMax.slash48s);
  if (slash24s + slash48s === 0)
    reading.wrong(`${at}: weighs nothing: slash24s or slash48s says how much address space it announces`);
  return { asn: reading.whole(fields.as, `${at}.as`, 1, 2 ** 32 - 1), slash24s, slash48s };
}

function prefixOf(reading: Reading, value: unknown, at: string): string {
  const prefix = reading.text(value, at);
  const bits = bitsOf(prefix);
  if (prefix === '') return prefix;
  if (bits === undefined) reading.wrong(`${at}: "${prefix}" is not a prefix such as 192.0.2.0/24`);
  else if (bits.length - 1 < (bits[0] === '4' ? 8 : 16))
    reading.wrong(`${at}: "${prefix}" is shorter than any network announces`);
  return bits === undefined ? '' : prefix;
}

/** What lies in another one would weigh twice. */
function overlaps(reading: Reading, prefixes: readonly string[], at: string): void {
  const sorted = prefixes
    .filter((prefix) => prefix !== '')
    .map((prefix) => ({ prefix, bits: bitsOf(prefix)! }))
    .sort((a, b) => (a.bits < b.bits ? -1 : 1));
  for (let i = 1, outer = sorted[0]; i < sorted.length; i++) {
    const { prefix, bits } = sorted[i]!;
    if (!bits.startsWith(outer!.bits)) outer = sorted[i];
    else reading.wrong(`${at}.prefixes: ${prefix} lies in ${outer!.prefix}`);
  }
}

function muteOf(reading: Reading, value: unknown, at: string, groups: ReadonlySet<string>): Mute {
  const fields = reading.object(value, at, ['subject', 'from', 'until', 'reason']);
  const subject = reading.text(fields.subject, `${at}.subject`);
  if (subject.startsWith('group:') && !groups.has(subject))
    reading.wrong(`${at}.subject: there is no ${subject} in groups`);
  else if (subject !== '' && !/^(group:.+|(as|transit):[1-9]\d{0,9})$/.test(subject))
    reading.wrong(`${at}.subject: "${subject}" is not as:131279, transit:3356 or group:NAME`);
  const fromSecond = reading.time(fields.from, `${at}.from`);
  const untilSecond = reading.time(fields.until, `${at}.until`);
  if (fromSecond !== undefined && untilSecond !== undefined && fromSecond >= untilSecond)
    reading.wrong(`${at}: until is not later than from`);
  const reason = reading.text(fields.reason, `${at}.reason`);
  return { subject, fromSecond: fromSecond ?? 0, untilSecond: untilSecond ?? 0, reason };
}

type Fields = Readonly<Record<string, unknown>>;

/** Takes values as they should be, notes each that is not, and goes on. */
class Reading {
  readonly mistakes: string[] = [];

  wrong(mistake: string): void {
    this.mistakes.push(mistake);
  }

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      this.wrong(`not JSON: ${(error as Error).message}`);
      return {};
    }
  }

  object(value: unknown, at: string, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.wrong(`${at} is not an object`);
      return {};
    }
    for (const name of Object.keys(value))
      if (!known.includes(name)) this.wrong(`${at} has a field "${name}"; known are ${known.join(', ')}`);
    return value as Fields;
  }

  list(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.wrong(`${at} is not a list`);
    return [];
  }

  text(value: unknown, at: string, lengthMax = textLengthMax): string {
    if (typeof value === 'string' && value !== '' && value.length <= lengthMax && !/\p{Cc}/u.test(value))
      return value;
    this.wrong(`${at} is not a line of text of at most ${lengthMax} characters`);
    return '';
  }

  whole(value: unknown, at: string, from: number, to: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
    this.wrong(`${at} is not a whole number from ${from} to ${to}`);
    return from;
  }

  time(value: unknown, at: string): EventSecond | undefined {
    const second = typeof value === 'string' ? parseSecond(value) : undefined;
    if (second === undefined) this.wrong(`${at} is not a time such as "2014-12-22T16:15Z"`);
    return second;
  }

  once(names: readonly string[], what: string): void {
    const seen = new Set<string>();
    for (const name of names) {
      if (name !== '' && seen.has(name)) this.wrong(`${what} ${name}`);
      seen.add(name);
    }
  }
}
