import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { PageOptions } from '#page/http/page.ts';
import type { OutputOptions } from '../arguments.ts';
import { IncidentLines } from './incident-line.ts';
import { IncidentList } from './incident-list.ts';
import { LineFile } from './line-file.ts';
import { anomalyJson, isWatched, isWatchedScore, scoresJson } from './reports.ts';
import { openPage, type ShownPage } from './shown-page.ts';
import { type Paint, paintFor } from './terminal.ts';

/** Where a command tells what it finds: to people or as JSON, on its page, and the minute scores in a file. */
export class Told {
  /** For what people read. */
  readonly out: NodeJS.WriteStream;
  readonly paint: Paint;
  readonly incidents = new IncidentList();
  readonly page: ShownPage | undefined;
  readonly #output: OutputOptions;
  readonly #lines: IncidentLines;
  readonly #scores: LineFile | undefined;

  private constructor(output: OutputOptions, page: ShownPage | undefined) {
    this.#output = output;
    this.out = this.#isJson ? process.stderr : process.stdout;
    this.paint = paintFor(this.out);
    this.page = page;
    this.#lines = new IncidentLines(this.paint);
    this.#scores = output.scoresFile === undefined ? undefined : new LineFile(output.scoresFile);
  }

  /** Throws where the page cannot be served or the file not be written. */
  static async open(output: OutputOptions, page?: PageOptions): Promise<Told> {
    return new Told(output, await openPage(output, page));
  }

  /** True where minute scores are wanted by anybody. */
  get hasScores(): boolean {
    return this.#scores !== undefined || this.page !== undefined;
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

  /** On the page; and in the file, unless it is of the time before. */
  scores(value: AsScores, isBefore = false): void {
    this.page?.onScores(value);
    if (!isBefore && isWatchedScore(value, this.#output.watch)) this.#scores?.write(scoresJson(value));
  }

  closeScores(): void {
    this.#scores?.close();
  }

  get #isJson(): boolean {
    return this.#output.format === 'ndjson';
  }
}
