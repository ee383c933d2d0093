import { setTimeout } from 'node:timers/promises';
import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import { maskedUrls } from '#runtime/configuration/masked-urls.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import type { RunningServer } from '#runtime/http/server.ts';
import type { KafkaEvent, KafkaOptions } from '#runtime/kafka/kafka-options.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { WatchedTransport } from '#runtime/metrics/watched-transport.ts';
import { SequenceGap } from '#runtime/sequence-rule.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { OtherInput } from '../../feeder/logged-tail.ts';
import type { ConfiguredCommand, ServiceName } from '../command.ts';
import { stopOnSignal } from '../signals.ts';
import { Health, partitionsText } from './run-command-health.ts';
import { processMetrics } from './run-command-metrics.ts';
import { exportedPage } from './run-command-page.ts';
import { openProbes } from './run-command-probes.ts';
import { buildPart, type RunningPart, topicsOf } from './run-command-services.ts';
import { assertTopics } from './topics-command-plan.ts';

type RunCommand = Extract<ConfiguredCommand, { case: 'run' }>;

/** A member that was not heard of for so many sessions, or reads nothing for so long, is not alive. */
const sessionsOfPatience = 3;
const connectPauseMs = 1_000;

/**
 * One service as a process, until it is told to stop or cannot go on. Status 0 after all it had was done or handed
 * over in time, 1 where it could not go on or could not end in time, 2 where the files are not those that the log has.
 */
export async function runCommand(
  { service: name, files, isPaced }: RunCommand,
  configuration: Configuration,
): Promise<number> {
  const say = (line: string): void => {
    process.stderr.write(`${new Date().toISOString().slice(0, 19)}Z ${name}: ${maskedUrls(line)}\n`);
  };
  const health = new Health({
    patienceMs: sessionsOfPatience * configuration.kafkaSessionTimeoutMs,
    now: () => performance.now(),
  });
  const metrics = new Metrics();
  processMetrics(name, health, metrics);
  const stopping = new AbortController();
  stopOnSignal(() => stopping.abort());
  const page = name === 'metrics-exporter' ? exportedPage(configuration.asNamesFile) : undefined;
  let probes: RunningServer | undefined;
  try {
    probes = await openProbes(configuration.healthAddress, health, metrics, {
      page,
      web: configuration.webConfig,
      warn: (line) => say(`warning: ${line}`),
    });
    say(`health: ${probes.url}/livez and /readyz; metrics: /metrics`);
    if (page !== undefined) say(`page: ${probes.url}/`);
    const options = kafkaOptionsOf(configuration, `steadybeat-${name}`, (event) => {
      health.heard(event);
      tellEvent(event, say);
    });
    const transport = await opened(name, configuration, options, stopping.signal);
    if (transport === undefined) {
      say('stopped');
      return 0;
    }
    const watched = new WatchedTransport(transport, metrics, () => performance.now());
    const part = buildPart(
      name,
      { configuration, files, isPaced, say, metrics, page },
      health.watching(watched),
    );
    await runPart(part, watched, health, { say, stopping: stopping.signal, configuration });
    return 0;
  } catch (error) {
    health.is('failed');
    say(messageOf(error));
    return error instanceof OtherInput ? 2 : 1;
  } finally {
    page?.close();
    await probes?.close();
  }
}

interface Circumstances {
  readonly configuration: Configuration;
  readonly say: (line: string) => void;
  readonly stopping: AbortSignal;
}

/** In order: the part, then what it stands on; in reverse at the end. */
async function runPart(
  part: RunningPart,
  transport: Transport,
  health: Health,
  { say, stopping, configuration }: Circumstances,
): Promise<void> {
  const { stopWithinSeconds } = configuration;
  let deadline: NodeJS.Timeout | undefined;
  const endOr = (text: string): void => {
    deadline = globalThis.setTimeout(() => {
      say(text);
      process.exit(1);
    }, 1000 * stopWithinSeconds);
  };
  try {
    try {
      await part.start();
      health.is('running');
      say('started');
      await Promise.race([part.finished, aborted(stopping)]);
    } catch (error) {
      // What it began would keep the process.
      health.is('failed');
      endOr(messageOf(error));
      await part.stop().catch(() => undefined);
      throw error;
    }
    health.is('stopping');
    if (stopping.aborted) say('stopping: reads no more, and waits for what is on its way');
    endOr(`could not stop within ${stopWithinSeconds} s; the next start does the rest again`);
    await part.stop();
    await transport.close();
    say('stopped');
  } finally {
    clearTimeout(deadline);
    await transport.close();
  }
}

/** Connected, and the service's topics are as they should be. Waits as long as nobody answers; undefined where it is told to stop. */
async function opened(
  name: ServiceName,
  configuration: Configuration,
  options: KafkaOptions,
  stopping: AbortSignal,
): Promise<KafkaTransport | undefined> {
  const doing = 'connect';
  let told = '';
  while (!stopping.aborted) {
    try {
      const transport = await KafkaTransport.open(options);
      try {
        await assertTopics(topicsOf(name), configuration, options);
      } catch (error) {
        await transport.close();
        throw error;
      }
      if (told !== '') options.onEvent!({ case: 'resumed', doing });
      return transport;
    } catch (error) {
      if (!(error instanceof KafkaProblem) || !error.passes) throw error;
      if (error.message !== told) options.onEvent!({ case: 'waiting', doing, reason: error.message });
      told = error.message;
    }
    await setTimeout(connectPauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  return undefined;
}

function tellEvent(event: KafkaEvent, say: (line: string) => void): void {
  if (event.case === 'waiting') say(`waiting: ${event.reason}`);
  else if (event.case === 'resumed') say(`goes on: ${event.doing}`);
  else if (event.case === 'joined')
    say(
      event.partitions === 0
        ? 'stands by: others have all partitions'
        : `has ${partitionsText(event.partitions)}`,
    );
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What is no matter of Kafka's or the machine's is a bug, and its place is told. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected =
    error instanceof KafkaProblem ||
    error instanceof SequenceGap ||
    error instanceof OtherInput ||
    error instanceof RangeError ||
    (error as NodeJS.ErrnoException).code;
  return isExpected ? error.message : (error.stack ?? error.message);
}
