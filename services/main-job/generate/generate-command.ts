import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type AsNames, parseAsNames } from '#page/view/as-names.ts';
import { openInput } from '#runtime/input/open-input.ts';
import { parseWatchFile, WrongWatchFile } from '#runtime/watch-file/watch-file.ts';
import type { Command } from '../command.ts';
import { number } from '../report/progress.ts';
import { folderLog, NoLog } from '../why/stored-log.ts';
import { type Announced, announcedIn, announcedInLog } from './announced.ts';
import { countryResources } from './delegated.ts';
import { groupOfAses, groupOfCountry, type MadeGroup } from './made-group.ts';

type GenerateCommand = Extract<Command, { case: 'generate' }>;

/** Writes a group into a watch file, in the place of the one of its name; what else is there stays. Status 0, or 1 with a message. */
export async function generateCommand(command: GenerateCommand): Promise<number> {
  try {
    const table = await tableOf(command);
    const group = await madeGroup(command, table);
    if (group.ases.length + group.prefixes.length === 0)
      throw new Error(`nothing of ${group.name} is announced in ${table.name}`);
    const { groups, ...rest } = readGroups(command.watchFile);
    const others = groups.filter(({ name }) => name !== group.name);
    const text = `${JSON.stringify({ groups: [...others, group], ...rest }, undefined, 2)}\n`;
    const { groups: read } = parseWatchFile(command.watchFile, text);
    writeFileSync(`${command.watchFile}.new`, text);
    renameSync(`${command.watchFile}.new`, command.watchFile);
    process.stdout.write(
      `${command.watchFile}: ${group.name}: ${group.note}; ${read.length} ${read.length === 1 ? 'group' : 'groups'} in all\n`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`steadybeat: ${(error as Error).message.replaceAll('\n', '\nsteadybeat: ')}\n`);
    return 1;
  }
}

interface Table {
  /** What people call it. */
  readonly name: string;
  readonly announced: Announced;
}

async function tableOf({ seedRib, dataFolder }: GenerateCommand): Promise<Table> {
  if (seedRib !== undefined) return { name: basename(seedRib), announced: await announcedIn(seedRib) };
  try {
    const log = folderLog(dataFolder);
    const announced = await announcedInLog(log);
    await log.transport.close();
    return { name: `the updates of ${log.name}`, announced };
  } catch (error) {
    if (!(error instanceof NoLog)) throw error;
    throw new Error(
      `${error.message}: generate takes the table of --seed-rib FILE, or what \`live\` has heard (--data DIR)`,
    );
  }
}

async function madeGroup(
  { of, delegated, asNamesFile }: GenerateCommand,
  { name: table, announced }: Table,
): Promise<MadeGroup> {
  const names: AsNames = asNamesFile === undefined ? new Map() : parseAsNames(await textOf(asNamesFile));
  if (of.case === 'ases') {
    const members = groupOfAses(of.ases, announced, names);
    const note = `${weightText(members)} in ${table}${missingText(of.ases.size - members.ases.length)}`;
    return { name: of.name, note, ...members };
  }
  const resources = countryResources(await Promise.all(delegated.map(textOf)), of.country);
  const members = groupOfCountry(resources, announced, names);
  const given = delegated.map((file) => basename(file)).join(', ');
  const note = `${weightText(members)} in ${table}, given to ${of.country} by ${given}${missingText(resources.ases.size - members.ases.length)}`;
  return { name: of.country, title: countryName(of.country), note, ...members };
}

/** "1 AS with 4 /24 and 0 /48, and 2 networks announced by others". */
function weightText({ ases, prefixes }: Pick<MadeGroup, 'ases' | 'prefixes'>): string {
  const slash24s = ases.reduce((sum, one) => sum + (one.slash24s ?? 0), 0);
  const slash48s = ases.reduce((sum, one) => sum + (one.slash48s ?? 0), 0);
  const own = `${number(ases.length)} ${ases.length === 1 ? 'AS' : 'ASes'} with ${number(slash24s)} /24 and ${number(slash48s)} /48`;
  return prefixes.length === 0
    ? own
    : `${own}, and ${number(prefixes.length)} ${prefixes.length === 1 ? 'network' : 'networks'} announced by others`;
}

const missingText = (count: number): string =>
  count === 0 ? '' : `; ${number(count)} ${count === 1 ? 'AS announces' : 'ASes announce'} nothing`;

const countryNames = new Intl.DisplayNames('en', { type: 'region' });
const countryName = (country: string): string => countryNames.of(country) ?? country;

/** What is in the file already, as it is written there. */
function readGroups(file: string): { groups: readonly { readonly name: string }[] } {
  if (!existsSync(file)) return { groups: [] };
  const text = readFileSync(file, 'utf8');
  try {
    parseWatchFile(file, text);
  } catch (error) {
    if (!(error instanceof WrongWatchFile)) throw error;
    throw new Error(`${error.message}\nnothing is written before this is mended`);
  }
  return { groups: [], ...(JSON.parse(text) as object) };
}

/** A file of text, compressed or not. */
async function textOf(file: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const event of openInput(file)) {
    if (event.case === 'failure') throw new Error(`${file}: ${event.failure.detail}`);
    text += decoder.decode(event.bytes, { stream: true });
  }
  return text;
}
