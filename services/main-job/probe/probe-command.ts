import { basename } from 'node:path';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { ProbeResult } from '#core/contract/probe-results.ts';
import { minuteOf } from '#core/event-time.ts';
import { storedProbes } from '#core/probe/probe-minutes.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { readAtlasFile } from '../../active-prober/atlas-file.ts';
import { ProbeRecords } from '../../active-prober/probe-records.ts';
import { ActiveProber } from '../../active-prober/service.ts';
import { type WatchList, watchListIn } from '../../active-prober/watch-list.ts';
import type { Command } from '../command.ts';
import { announcedIn } from '../generate/announced.ts';
import { type Pipeline, startPipeline } from '../pipeline.ts';
import { number } from '../report/progress.ts';
import { countsText } from '../report/refusal-report.ts';
import { Told } from '../report/told.ts';
import { stopOnSignal } from '../signals.ts';
import { atlasKeyOf } from './atlas-key.ts';
import { QuietRoutes } from './quiet-routes.ts';
import { originByTable } from './table-origin.ts';

type ProbeCommand = Extract<Command, { case: 'probe' }>;

/** What probes alone say: of stored Atlas results, or of a watch list until it is interrupted. Status 0, or 2 where the list is wrong. */
export async function probeCommand(command: ProbeCommand): Promise<number> {
  const watchList = command.watchList === undefined ? undefined : watchListIn(command.watchList);
  if (typeof watchList === 'string') {
    process.stderr.write(`steadybeat: ${command.watchList}: ${watchList}\n`);
    return 2;
  }
  const told = await Told.open(command.output);
  const { out } = told;
  const onAnomaly = (anomaly: Anomaly): void => {
    if (!told.show(anomaly)) return;
    told.incidents.add(anomaly);
    const line = told.tell(anomaly);
    if (line !== undefined) out.write(`${line}\n`);
  };
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'acknowledged' }),
  );
  const pipeline = await startPipeline(
    { updatePartitions: 1, blockPartitions: 1, probes: true, onAnomaly },
    log,
  );
  const routes = new QuietRoutes(await log.openProducer());
  const say = (line: string): void => {
    out.write(`${line}\n`);
  };
  const work =
    watchList === undefined
      ? tellStored(command, pipeline, routes, log, say)
      : watch(watchList, routes, log, say);
  await Promise.race([work, pipeline.failed]);
  await Promise.race([pipeline.drained(), pipeline.failed]);
  await pipeline.stop();
  await log.close();
  for (const line of told.incidents.summary(told.paint)) out.write(`${line}\n`);
  return 0;
}

type Say = (line: string) => void;

/** Stored results name the AS of a probe that connects, but of a target only its address: whose that is only a table says. */
export function unusedLines(results: readonly ProbeResult[]): string[] {
  const unused = results.filter(({ kind, originAs }) => kind !== 'atlasConnection' && originAs === 0).length;
  return unused === 0 ? [] : [`  ${number(unused)} results without an origin AS were not used`];
}

/** All probes first, then the minutes that they are of: so it is the same each time. */
async function tellStored(
  { files, seedRib }: ProbeCommand,
  pipeline: Pipeline,
  routes: QuietRoutes,
  log: EmbeddedLog,
  say: Say,
): Promise<void> {
  const producer = await log.openProducer();
  const originOf = seedRib === undefined ? () => 0 : originByTable(await announcedIn(seedRib));
  const all: ProbeResult[] = [];
  for (const file of files) {
    const { results, refused } = readAtlasFile(file, originOf);
    for (const result of results) all.push(result);
    const refusedText = refused.size === 0 ? '' : `; refused: ${countsText(refused)}`;
    say(`${basename(file)}: ${number(results.length)} results${refusedText}`);
    for (const line of unusedLines(results)) say(line);
  }
  if (all.length === 0) return;
  const records = new ProbeRecords('atlas');
  let first: number | undefined;
  let last = 0;
  for (const value of storedProbes('atlas', all)) {
    first ??= value.eventMinute;
    last = value.eventMinute;
    await producer.send(records.of(value));
  }
  await producer.close();
  await pipeline.probesDrained();
  await routes.open(first!);
  await routes.tick(first!);
  await routes.tick(last);
  await routes.end(last);
}

async function watch(watchList: WatchList, routes: QuietRoutes, log: EmbeddedLog, say: Say): Promise<void> {
  const failed = Promise.withResolvers<never>();
  const tick = (minute: number): void => {
    routes.tick(minute).catch(failed.reject);
  };
  const prober = new ActiveProber(
    watchList,
    { now: Date.now, onMinute: tick, atlasKey: atlasKeyOf(process.env), onEvent: say },
    log,
  );
  const stopped = Promise.withResolvers<void>();
  stopOnSignal(stopped.resolve);
  await routes.open(minuteOf(Math.floor(Date.now() / 1000)));
  await prober.start();
  say(`${watchList.prober}: ${number(watchList.targets.length)} targets; Ctrl-C ends it`);
  await Promise.race([stopped.promise, prober.finished, failed.promise]);
  await prober.stop();
  const { asked, leftOut } = prober.totals();
  say(`${number(asked)} probes${leftOut === 0 ? '' : `, ${number(leftOut)} rounds left out`}`);
}
