import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { diskFile, distinctFiles, type MrtFile } from '../feeder/mrt-file.ts';
import { seedFile } from '../feeder/seed-file.ts';
import type { Command } from './arguments.ts';
import { Detection, type DetectionOptions } from './detection.ts';
import { IncidentLines } from './report/incident-line.ts';
import { IncidentList } from './report/incident-list.ts';
import { LineFile } from './report/line-file.ts';
import { number, progressText } from './report/progress.ts';
import { countsText, RefusalReport } from './report/refusal-report.ts';
import { anomalyJson, isWatched, isWatchedScore, scoresJson } from './report/reports.ts';
import { paintFor, StatusLine } from './report/terminal.ts';
import { stopOnSignal } from './signals.ts';

type DetectCommand = Extract<Command, { case: 'detect' }>;

/** Runs the detector over files; status 0, or 130 where it was interrupted. */
export async function detectCommand(command: DetectCommand): Promise<number> {
  const { output } = command;
  const files = filesOf(command);
  const isJson = output.format === 'ndjson';
  const out = isJson ? process.stderr : process.stdout;
  const paint = paintFor(out);
  const incidents = new IncidentList();
  const incidentLines = new IncidentLines(paint);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const status = new StatusLine(process.stderr, () => {
    const totals = detection.totals();
    return totals === undefined ? '' : progressText(totals, bytes, seconds());
  });
  const report = new RefusalReport((line) => status.line(process.stderr, line));
  const onAnomaly = (anomaly: Anomaly) => {
    if (!isWatched(anomaly, output.watch)) return;
    incidents.add(anomaly);
    if (isJson) {
      process.stdout.write(`${anomalyJson(anomaly)}\n`);
      return;
    }
    const line = incidentLines.line(anomaly);
    if (line !== undefined) status.line(out, line);
  };
  const scores = output.scoresFile === undefined ? undefined : new LineFile(output.scoresFile);
  const detection = new Detection({
    ...boundsOf(command),
    onAnomaly,
    onRefused: (file, refused) => report.refused(file.name, refused),
    onFailure: (file, failure) => report.failed(file.name, failure),
    ...(scores && {
      onScores: (value) => {
        if (isWatchedScore(value, output.watch)) scores.write(scoresJson(value));
      },
    }),
  });
  const interrupted = stopOnSignal(() => detection.stop());
  try {
    await detection.run(files);
  } finally {
    status.end();
    scores?.close();
  }
  for (const line of totalsLines(detection, seconds())) out.write(`${line}\n`);
  for (const line of incidents.summary(paint)) out.write(`${line}\n`);
  return interrupted() ? 130 : 0;
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

function totalsLines(detection: Detection, seconds: number): string[] {
  const totals = detection.totals()!;
  const { files, sources, peers, records, elems, refused } = totals;
  const refusedText = countsText(refused);
  return [
    '',
    `${number(records)} records of ${files} ${files === 1 ? 'file' : 'files'}, ${sources} ${sources === 1 ? 'source' : 'sources'}, ${number(peers)} peers`,
    `${number(elems)} announced and withdrawn prefixes in ${seconds.toFixed(1)} s, ${number(elems / seconds)} a second`,
    ...(refusedText === '' ? [] : [`refused: ${refusedText}`]),
  ];
}

/**
 * A data folder belongs to one input: going on with another would mix two. Returns what is wrong, if anything.
 */
export function claimDataFolder(folder: string, command: DetectCommand): string | undefined {
  const { fromSecond, untilSecond, seedRib } = command;
  const files = distinctFiles(command.files)
    .map((file) => resolve(file))
    .sort();
  return claimFolder(
    folder,
    JSON.stringify({ files, seedRib: seedRib && resolve(seedRib), fromSecond, untilSecond }),
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
