import type { Anomaly } from '#core/contract/anomalies.ts';
import { type EventMinute, formatMinute, minuteOf } from '#core/event-time.ts';
import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { anomalies, bgpUpdates, probeResults } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { startPipeline } from '../pipeline.ts';
import { number } from '../report/progress.ts';
import { stopOnSignal } from '../signals.ts';
import { overKafka } from './kafka-command.ts';
import { copyHistory } from './reprocess-history.ts';
import { historyTopics, openPlan, type ReprocessBounds, type ReprocessPlan } from './reprocess-plan.ts';
import { snapshotOptions } from './run-command-services.ts';
import { assertTopics } from './topics-command-plan.ts';

const progressEveryMs = 10_000;
/** So many incidents that only one of the two has are named. */
const namedMax = 20;

/**
 * Tells the history of the source world again under another prefix, by all services in this process, and ends when all is told. Status 1 where it
 * was interrupted or could not go on: the same command goes on from there.
 */
export const reprocessCommand = (
  bounds: ReprocessBounds,
  source: Configuration,
  target: Configuration,
): Promise<number> =>
  overKafka(source, 'reprocess', async (from) => {
    const options = kafkaOptionsOf(source, 'steadybeat-reprocess', () => undefined);
    await assertTopics([...historyTopics, anomalies.topic], source, options);
    return overKafka(target, 'reprocess', async (to) => {
      const plan = await openPlan(bounds, { source, target }, from, to);
      const told = new Map<string, Anomaly>();
      if (!(await tellAgain(plan, target, from, to, (anomaly) => keepOpened(told, anomaly)))) {
        say('interrupted: the same command goes on from here');
        return 1;
      }
      await summarize(plan, told, from, target.kafkaTopicPrefix);
      return 0;
    });
  });

/** False where it was interrupted. */
async function tellAgain(
  plan: ReprocessPlan,
  target: Configuration,
  from: Transport,
  to: Transport,
  onAnomaly: (anomaly: Anomaly) => void,
): Promise<boolean> {
  const all = historyTopics
    .flatMap((topic) => plan.ranges[topic])
    .reduce((sum, { low, high }) => sum + high - low, 0);
  say(`telling ${number(all)} records of ${plan.asked.source}* again under ${target.kafkaTopicPrefix}*`);
  let copied = 0;
  let minute: EventMinute = 0;
  const pipeline = await startPipeline(
    {
      ...target,
      ...snapshotOptions(target),
      probes: true,
      onAnomaly,
      onEvent: (event) => {
        if (event.case === 'processed' && event.task === 'anomaly-detector/0') minute = event.eventMinute;
      },
    },
    to,
  );
  const progress = setInterval(() => {
    const at = minute === 0 ? '' : `, told through ${formatMinute(minute)}`;
    say(`${number(copied)} of ${number(all)} records are there${at}`);
  }, progressEveryMs).unref();
  const interrupted = Promise.withResolvers<false>();
  stopOnSignal(() => interrupted.resolve(false));
  const onCopied = (records: number) => {
    copied += records;
  };
  const work = async (): Promise<true> => {
    // All probes before the first route: so the scorer has of each minute all that there is, however quick either is.
    await copyHistory(probeResults, plan, from, to, onCopied);
    await pipeline.probesDrained();
    await copyHistory(bgpUpdates, plan, from, to, onCopied);
    await pipeline.drained();
    return true;
  };
  try {
    const working = work();
    // After an interruption what it was about to write is refused.
    working.catch(() => undefined);
    const isWhole = await Promise.race([working, interrupted.promise, pipeline.failed.then(() => false)]);
    await pipeline.stop();
    return isWhole;
  } finally {
    clearInterval(progress);
  }
}

/** The first word on each incident. */
function keepOpened(incidents: Map<string, Anomaly>, anomaly: Anomaly): void {
  const isTest = anomaly.subject.startsWith('test:');
  if (anomaly.transition === 'opened' && !isTest) incidents.set(anomaly.incidentId, anomaly);
}

/** How what was found compares with what the source world found in the same time. */
async function summarize(
  { asked, fromMinute, untilMinute }: ReprocessPlan,
  told: ReadonlyMap<string, Anomaly>,
  from: Transport,
  prefix: string,
): Promise<void> {
  const original = new Map<string, Anomaly>();
  const { low, high } = await from.offsets(anomalies.topic, 0);
  for await (const { value } of from.scan(anomalies.topic, 0, low, high)) {
    const anomaly = decoded(value);
    if (anomaly === undefined) continue;
    // An incident is opened at the end of its minute.
    const minute = minuteOf(anomaly.eventSecond) - 1;
    if (minute >= fromMinute && minute < untilMinute) keepOpened(original, anomaly);
  }
  const onlyHere = [...told.values()].filter(({ incidentId }) => !original.has(incidentId));
  const onlyThere = [...original.values()].filter(({ incidentId }) => !told.has(incidentId));
  const both = told.size - onlyHere.length;
  print(`${prefix}* is complete: ${number(told.size)} incidents`);
  print(
    `${asked.source}* found ${number(original.size)} in the same time: ${number(both)} the same, ${number(onlyHere.length)} only in ${prefix}*, ${number(onlyThere.length)} only in ${asked.source}*`,
  );
  for (const [sign, list] of [
    ['+', onlyHere],
    ['-', onlyThere],
  ] as const) {
    for (const { incidentId, summary } of list.slice(0, namedMax)) print(`${sign} ${incidentId}  ${summary}`);
    if (list.length > namedMax) print(`${sign} and ${number(list.length - namedMax)} more`);
  }
}

/** Undefined where a stranger wrote it. */
function decoded(value: Uint8Array | null): Anomaly | undefined {
  try {
    const { envelope, body } = anomalies.codec.open(value!);
    return anomalies.codec.decode(envelope, body);
  } catch {
    return undefined;
  }
}

const say = (line: string): void => {
  process.stderr.write(`reprocess: ${line}\n`);
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
