import type { Anomaly } from '#core/contract/anomalies.ts';
import type { EventSecond } from '#core/event-time.ts';
import type { FeedTotals } from '../feeder/feed.ts';
import type { MrtFile } from '../feeder/mrt-file.ts';
import type { OutputOptions } from './command.ts';
import { Detection, type DetectionOptions } from './detection.ts';
import { number } from './report/progress.ts';
import { countsText, nothingUsed, RefusalReport } from './report/refusal-report.ts';
import { StatusLine } from './report/terminal.ts';
import { Told } from './report/told.ts';
import { stopOnSignal } from './signals.ts';
import { watchFileOf } from './watched.ts';

export interface DetectFilesOptions
  extends Pick<DetectionOptions, 'dataFolder' | 'fromSecond' | 'untilSecond'> {
  readonly output: OutputOptions;
  readonly progress: (totals: FeedTotals, seconds: number) => string;
  /** What is over before is not told: it was read only for the state at this time. */
  readonly toldFrom?: EventSecond;
  /** Called before anything is read, with what writes a line for people. */
  readonly onStart?: (tell: (line: string) => void) => void;
  /** Called when it is interrupted. */
  readonly onInterrupted?: () => void;
  /** Further lines at the end. */
  readonly closingLines?: () => readonly string[];
}

/** Runs the detector over files and tells what it finds; status 0, 1 where nothing of them could be used, or 130 where it was interrupted. */
export async function detectFiles(files: readonly MrtFile[], options: DetectFilesOptions): Promise<number> {
  const { output, progress, toldFrom = 0, onStart, onInterrupted, closingLines, ...bounds } = options;
  const told = await Told.open(output);
  const { out, page } = told;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const status = new StatusLine(process.stderr, () => {
    const totals = detection.totals();
    return totals === undefined ? '' : progress(totals, seconds());
  });
  const report = new RefusalReport((line) => status.line(process.stderr, line));
  const onAnomaly = (anomaly: Anomaly) => {
    if (!told.show(anomaly)) return;
    if (anomaly.endSecond === undefined || anomaly.endSecond >= toldFrom) told.incidents.add(anomaly);
    if (anomaly.eventSecond < toldFrom) return;
    const line = told.tell(anomaly);
    if (line !== undefined) status.line(out, line);
  };
  const detection = new Detection({
    ...bounds,
    watchFile: watchFileOf(output),
    routes: told.routes(toldFrom),
    onAnomaly,
    onRefused: (file, refused) => report.refused(file.name, refused),
    onFailure: (file, failure) => report.failed(file.name, failure),
    ...(told.hasScores && { onScores: (value) => told.scores(value, 60 * value.eventMinute < toldFrom) }),
  });
  const interrupted = stopOnSignal(() => {
    detection.stop();
    onInterrupted?.();
  });
  if (page !== undefined) status.line(out, `The page: ${page.url}`);
  onStart?.((line) => status.line(process.stderr, line));
  try {
    await detection.run(files);
  } catch (error) {
    if (!interrupted()) throw error;
    status.line(process.stderr, `While it ended: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    status.end();
    told.closeScores();
  }
  for (const line of totalsLines(detection, seconds())) out.write(`${line}\n`);
  for (const line of closingLines?.() ?? []) out.write(`${line}\n`);
  for (const line of told.incidents.summary(told.paint)) out.write(`${line}\n`);
  if (!interrupted() && report.hasAny && detection.totals()?.records === 0) {
    process.stderr.write(`steadybeat: ${nothingUsed}\n`);
    await page?.close();
    return 1;
  }
  if (page !== undefined && !interrupted()) {
    out.write(`\nThe page stays at ${page.url} until Ctrl-C.\n`);
    await page.stay();
    await page.close();
    return 0;
  }
  await page?.close();
  return interrupted() ? 130 : 0;
}

function totalsLines(detection: Detection, seconds: number): string[] {
  const totals = detection.totals();
  if (totals === undefined) return [];
  const { files, sources, peers, records, elems, refused } = totals;
  const refusedText = countsText(refused);
  return [
    '',
    `${number(records)} records of ${files} ${files === 1 ? 'file' : 'files'}, ${sources} ${sources === 1 ? 'source' : 'sources'}, ${number(peers)} peers`,
    `${number(elems)} announced and withdrawn prefixes in ${seconds.toFixed(1)} s, ${number(elems / seconds)} a second`,
    ...(refusedText === '' ? [] : [`refused: ${refusedText}`]),
  ];
}
