import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { EventSecond } from '#core/event-time.ts';
import type { PageOptions } from '#page/http/page.ts';
import type { AsNames } from '#page/view/as-names.ts';
import type { OutputOptions } from '../command.ts';
import { HistoryFile } from '../history/history-file.ts';
import type { RouteFigures } from '../pipeline.ts';
import { watchFileOf } from '../watched.ts';
import { IncidentLines } from './incident-line.ts';
import { IncidentList } from './incident-list.ts';
import { LineFile } from './line-file.ts';
import { anomalyJson, isWatched, isWatchedScore, scoresJson } from './reports.ts';
import { openPage, type ShownPage } from './shown-page.ts';
import { type Paint, paintFor } from './terminal.ts';

/** Where a command tells what it finds: to people or as JSON, on its page, and the minute scores in a file, as they are or as series. */
export class Told {
  /** For what people read. */
  readonly out: NodeJS.WriteStream;
  readonly paint: Paint;
  readonly incidents = new IncidentList();
  readonly page: ShownPage | undefined;
  readonly #output: OutputOptions;
  readonly #lines: IncidentLines;
  readonly #scores: LineFile | undefined;
  readonly #history: HistoryFile | undefined;

  private constructor(output: OutputOptions, page: ShownPage | undefined, names: AsNames | undefined) {
    this.#output = output;
    this.out = this.#isJson ? process.stderr : process.stdout;
    this.paint = paintFor(this.out);
    this.page = page;
    this.#lines = new IncidentLines(this.paint);
    this.#scores = output.scoresFile === undefined ? undefined : new LineFile(output.scoresFile);
    if (output.openMetricsFile !== undefined)
      this.#history = new HistoryFile({
        path: output.openMetricsFile,
        watch: output.watch,
        watchFile: watchFileOf(output),
        names,
      });
  }

  /** Throws where the page cannot be served or the file not be written. */
  static async open(output: OutputOptions, page?: PageOptions): Promise<Told> {
    return new Told(output, await openPage(output, page), page?.names);
  }

  /** True where minute scores are wanted by anybody. */
  get hasScores(): boolean {
    return this.#scores !== undefined || this.#history !== undefined || this.page !== undefined;
  }

  /** Shows it on the page; false where nobody asked for it. */
  show(anomaly: Anomaly): boolean {
    this.page?.onAnomaly(anomaly);
    return isWatched(anomaly, this.#output.watch);
  }

  /** Writes it as JSON, or returns its line for people, if there is one; of what is known already nothing is written. */
  tell(anomaly: Anomaly, isKnown = false): string | undefined {
    if (!this.#isJson) {
      const line = this.#lines.line(anomaly);
      return isKnown ? undefined : line;
    }
    if (!isKnown) process.stdout.write(`${anomalyJson(anomaly)}\n`);
    return undefined;
  }

  /** On the page; and in the files, unless it is of the time before. */
  scores(value: AsScores, isBefore = false): void {
    this.page?.onScores(value);
    this.#history?.take(value, isBefore);
    if (!isBefore && isWatchedScore(value, this.#output.watch)) this.#scores?.write(scoresJson(value));
  }

  /** Of the route tracker, for the series; `toldFrom`: nothing is written of the time before. */
  routes(toldFrom: EventSecond = 0): RouteFigures | undefined {
    return this.#history?.routes(toldFrom);
  }

  closeScores(): void {
    this.#scores?.close();
    this.#history?.close();
  }

  get #isJson(): boolean {
    return this.#output.format === 'ndjson';
  }
}
