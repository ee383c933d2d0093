import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diskFile, distinctFiles, type MrtFile } from '../feeder/mrt-file.ts';
import { seedFile } from '../feeder/seed-file.ts';
import type { Command } from './command.ts';
import { detectFiles } from './detect-files.ts';
import type { DetectionOptions } from './detection.ts';
import { progressText } from './report/progress.ts';
import { watchFileOf } from './watched.ts';

type DetectCommand = Extract<Command, { case: 'detect' }>;

/** Runs the detector over files; status 0, or 130 where it was interrupted. */
export function detectCommand(command: DetectCommand): Promise<number> {
  const files = filesOf(command);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return detectFiles(files, {
    ...boundsOf(command),
    output: command.output,
    progress: (totals, seconds) => progressText(totals, bytes, seconds),
  });
}

function filesOf({ files, seedRib }: DetectCommand): MrtFile[] {
  const own = distinctFiles(files).map(diskFile);
  return seedRib === undefined ? own : [...own, seedFile(seedRib)];
}

function boundsOf(command: DetectCommand): DetectionOptions {
  const { dataFolder, fromSecond, untilSecond } = command;
  return {
    ...(dataFolder === undefined ? {} : { dataFolder }),
    ...(fromSecond === undefined ? {} : { fromSecond }),
    ...(untilSecond === undefined ? {} : { untilSecond }),
  };
}

/**
 * A data folder belongs to one input: going on with another would mix two. Returns what is wrong, if anything.
 */
export function claimDataFolder(folder: string, command: DetectCommand): string | undefined {
  const { fromSecond, untilSecond, seedRib, output } = command;
  const watched = watchFileOf(output)?.hash;
  const files = distinctFiles(command.files)
    .map((file) => resolve(file))
    .sort();
  return claimFolder(
    folder,
    JSON.stringify({ files, seedRib: seedRib && resolve(seedRib), fromSecond, untilSecond, watched }),
  );
}

/** The same of any input, as text. */
export function claimFolder(folder: string, input: string): string | undefined {
  const path = join(folder, 'input.json');
  try {
    if (readFileSync(path, 'utf8') === input) return undefined;
    return `${folder} holds the log of other files or bounds: use an empty folder, or the same arguments`;
  } catch {
    writeFileSync(path, input);
    return undefined;
  }
}
