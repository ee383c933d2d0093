import type { Anomaly } from '#core/contract/anomalies.ts';
import { type EventMinute, formatMinute, minuteOf } from '#core/event-time.ts';
import { readConfiguration } from '#runtime/configuration/configuration.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { SequenceGap } from '#runtime/sequence-rule.ts';
import { anomalies } from '#runtime/topics.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014 } from '#scenario/scenarios/nk-2014.ts';
import { diskFile, distinctFiles, type MrtFile } from '../../feeder/mrt-file.ts';
import { seedFile } from '../../feeder/seed-file.ts';
import type { Command } from '../command.ts';
import { Detection } from '../detection.ts';
import { scenarioFiles } from '../replay/replay-files.ts';
import { number, progressText } from '../report/progress.ts';
import { RefusalReport } from '../report/refusal-report.ts';
import { paintFor, StatusLine } from '../report/terminal.ts';
import { watchFileOf } from '../watched.ts';
import { evidenceLines } from './evidence-text.ts';
import { type Choice, chooseIncident } from './incident-choice.ts';
import { keptValues } from './kept-values.ts';
import { rederive } from './rederive.ts';
import { folderLog, kafkaLog, NoLog, type StoredLog } from './stored-log.ts';
import { compareVerdicts } from './verdict.ts';
import { verdictLines } from './verdict-text.ts';

type WhyCommand = Extract<Command, { case: 'why' }>;

/** What is fed after the minute in which the incident was told last: all that may still close that minute. */
const minutesAfter = 10;

/**
 * Prints the evidence of an incident, and finds it once more in the updates. Status 0 where the same verdict comes out,
 * 1 where another does or the log cannot be read, 2 where there is no such incident.
 */
export async function whyCommand(command: WhyCommand): Promise<number> {
  const { files, dataFolder } = command;
  if (files.length > 0) return whyOfFiles(command, filesOf(command), 'these files');
  try {
    if (dataFolder !== undefined) return await whyOfLog(command, folderLog(dataFolder, watchFileOf(command)));
    if (command.configFile === undefined && process.env.STEADYBEAT_KAFKA_BROKERS === undefined)
      return await whyOfReplay(command);
    const read = readConfiguration(process.env, command.configFile);
    if (read.case === 'wrong') return refused(read.mistakes);
    return await whyOfLog(command, await kafkaLog(read.configuration));
  } catch (error) {
    if (error instanceof NoLog) return refused([error.message]);
    if (!(error instanceof KafkaProblem || error instanceof SequenceGap)) throw error;
    process.stderr.write(`steadybeat: ${error.message}\n`);
    return 1;
  }
}

/** What was told is read, and the stored updates go through all services once more. */
async function whyOfLog(command: WhyCommand, log: StoredLog): Promise<number> {
  try {
    const told: Anomaly[] = [];
    for await (const { value } of keptValues(log.transport, anomalies, 0)) told.push(value);
    const choice = chooseIncident(told, command.incident);
    if (choice.case !== 'one') return refused(refusal(command.incident, choice, log.name));
    tellEvidence(choice.transitions);
    const { eventSecond } = choice.transitions.at(-1)!;
    let now: EventMinute | undefined;
    const status = new StatusLine(process.stderr, () =>
      now === undefined ? '' : `the stored updates, again: ${formatMinute(now)}`,
    );
    process.stderr.write(`\nThe updates of ${log.name} go through all services again.\n`);
    const derived = await rederive(log, minuteOf(eventSecond) + minutesAfter, (minute) => {
      now = minute;
    }).finally(() => status.end());
    const verdict = compareVerdicts(choice.transitions, derived.anomalies);
    const isSame = verdict.case === 'identical' || verdict.case === 'same';
    write(verdictLines(choice.transitions, derived, verdict, paintFor(process.stdout)));
    return isSame ? 0 : 1;
  } finally {
    await log.transport.close();
  }
}

/** Without a log of what was told before, the verdict is the one that is derived now. */
async function whyOfFiles(command: WhyCommand, files: readonly MrtFile[], name: string): Promise<number> {
  const told: Anomaly[] = [];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const began = performance.now();
  const { fromSecond, untilSecond } = command;
  const report = new RefusalReport((line) => status.line(process.stderr, line));
  const detection = new Detection({
    watchFile: watchFileOf(command),
    ...(fromSecond === undefined ? {} : { fromSecond }),
    ...(untilSecond === undefined ? {} : { untilSecond }),
    onAnomaly: (anomaly) => told.push(anomaly),
    onRefused: (file, one) => report.refused(file.name, one),
    onFailure: (file, failure) => report.failed(file.name, failure),
  });
  const status = new StatusLine(process.stderr, () => {
    const totals = detection.totals();
    if (totals === undefined) return '';
    // What is made here has no size.
    if (bytes === 0) return totals.minute === undefined ? '' : formatMinute(totals.minute);
    return progressText(totals, bytes, (performance.now() - began) / 1000);
  });
  await detection.run(files).finally(() => status.end());
  report.summarize();
  const choice = chooseIncident(told, command.incident);
  if (choice.case !== 'one') return refused(refusal(command.incident, choice, name));
  tellEvidence(choice.transitions);
  const { records = 0, sources = 0 } = detection.totals() ?? {};
  write([
    '',
    `Derived just now from ${number(records)} MRT records of ${sources} sources (${name}), by all services.`,
    'The id names who, what and when: that it came out again says that subject, kind and onset are the same as where it was told.',
  ]);
  return 0;
}

function whyOfReplay(command: WhyCommand): Promise<number> {
  process.stderr.write(
    'Neither files, nor --data, nor the settings of a Kafka: this is the replay of December 2014, as `npm start` plays it.\n',
  );
  return whyOfFiles(
    command,
    scenarioFiles(generate(nk2014(), command.seed)),
    'the reconstruction of December 2014',
  );
}

function filesOf({ files, seedRib }: WhyCommand): MrtFile[] {
  const own = distinctFiles(files).map(diskFile);
  return seedRib === undefined ? own : [...own, seedFile(seedRib)];
}

const tellEvidence = (transitions: readonly Anomaly[]): void =>
  write(evidenceLines(transitions, paintFor(process.stdout)));

function write(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function refusal(asked: string, choice: Exclude<Choice, { case: 'one' }>, where: string): string[] {
  if (choice.case === 'several')
    return [`"${asked}" begins the ids of several incidents in ${where}:`, ...choice.incidentIds];
  if (choice.nearest.length === 0) return [`there is no incident "${asked}" in ${where}, nor any other`];
  return [`there is no incident "${asked}" in ${where}. The nearest ids:`, ...choice.nearest];
}

function refused([first, ...others]: readonly string[]): number {
  process.stderr.write(`steadybeat: ${first}\n`);
  for (const line of others) process.stderr.write(`  ${line}\n`);
  return 2;
}
