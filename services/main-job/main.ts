import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { WrongWatchFile } from '#runtime/watch-file/watch-file.ts';
import { parseArguments } from './arguments.ts';
import type { Command, OutputOptions } from './command.ts';
import { decodeCommand } from './decode-command.ts';
import { claimDataFolder, claimFolder, detectCommand } from './detect-command.ts';
import { helpText } from './help-text.ts';
import { replayCommand } from './replay/replay-command.ts';
import { PageProblem } from './report/shown-page.ts';
import { watchFileOf } from './watched.ts';

/** Runs the command that the arguments ask for; gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.on('error', endWhereNobodyReads);
  const command = parseArguments(args);
  const wrong = command.case === 'wrong' ? command.message : unusable(command);
  if (wrong !== undefined) {
    process.stderr.write(`steadybeat: ${wrong} (--help lists what there is)\n`);
    return 2;
  }
  try {
    return await run(command);
  } catch (error) {
    if (!(error instanceof PageProblem)) throw error;
    process.stderr.write(`steadybeat: ${error.message}\n`);
    return 2;
  }
}

async function run(command: Command): Promise<number> {
  switch (command.case) {
    case 'help':
      process.stdout.write(helpText);
      return 0;
    case 'version':
      process.stdout.write(`steadybeat ${version()}\n`);
      return 0;
    case 'decode':
      return decodeCommand(command.files);
    case 'detect':
      return detectCommand(command);
    case 'live':
      return (await import('./live/live-command.ts')).liveCommand(command);
    case 'probe':
      return (await import('./probe/probe-command.ts')).probeCommand(command);
    case 'archive':
      return (await import('./archive/archive-command.ts')).archiveCommand(command);
    case 'generate':
      return (await import('./generate/generate-command.ts')).generateCommand(command);
    case 'why':
      return (await import('./why/why-command.ts')).whyCommand(command);
    case 'run':
    case 'topics':
    case 'dead-letters':
    case 'reprocess':
    case 'test-alert':
      return (await import('./kafka/configured-command.ts')).configuredCommand(command);
    case 'replay':
      return replayCommand(command);
    case 'wrong':
      return 2;
  }
}

/** `head` has seen enough. */
function endWhereNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/** Why the files of a command cannot be used, before anything is started. */
function unusable(command: Command): string | undefined {
  const watched = wrongWatchFile(
    'output' in command ? command.output : command.case === 'why' ? command : undefined,
  );
  if (watched !== undefined) return watched;
  const written = 'output' in command ? unwritable(command.output) : undefined;
  if (written !== undefined) return written;
  if (command.case === 'live') {
    const wrong = missing(command.watchList === undefined ? [] : [command.watchList]);
    if (wrong !== undefined) return wrong;
    mkdirSync(command.dataFolder, { recursive: true });
    // A folder of live feeds is not one of files.
    return claimFolder(command.dataFolder, JSON.stringify({ live: true }));
  }
  if (command.case === 'generate')
    return missing([
      ...(command.seedRib === undefined ? [] : [command.seedRib]),
      ...command.delegated,
      ...(command.asNamesFile === undefined ? [] : [command.asNamesFile]),
    ]);
  if (command.case === 'why')
    return missing([...command.files, ...(command.seedRib === undefined ? [] : [command.seedRib])]);
  if (command.case === 'probe')
    return missing([...command.files, ...(command.watchList === undefined ? [] : [command.watchList])]);
  if (command.case !== 'decode' && command.case !== 'detect' && command.case !== 'run') return undefined;
  const seed = command.case === 'detect' && command.seedRib !== undefined ? [command.seedRib] : [];
  const wrong = missing([...command.files, ...seed]);
  if (wrong !== undefined) return wrong;
  if (command.case !== 'detect' || command.dataFolder === undefined) return undefined;
  mkdirSync(command.dataFolder, { recursive: true });
  return claimDataFolder(command.dataFolder, command);
}

function wrongWatchFile(output: Pick<OutputOptions, 'watchFile'> | undefined): string | undefined {
  try {
    if (output !== undefined) watchFileOf(output);
    return undefined;
  } catch (error) {
    if (error instanceof WrongWatchFile) return error.message.replaceAll('\n', '\nsteadybeat: ');
    throw error;
  }
}

function unwritable({ scoresFile, openMetricsFile }: OutputOptions): string | undefined {
  for (const file of [scoresFile, openMetricsFile]) {
    if (file === undefined) continue;
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return `${file} is a folder, not a file`;
    const folder = dirname(file);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return `there is no folder ${folder}`;
  }
  return undefined;
}

function missing(files: readonly string[]): string | undefined {
  for (const file of files) {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return `there is no file ${file}`;
    if (stats.isDirectory()) return `${file} is a folder, not a file`;
  }
  return undefined;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
