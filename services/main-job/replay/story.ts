import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { type EventSecond, firstSecondOf, formatSecond } from '#core/event-time.ts';
import { IncidentLines } from '../report/incident-line.ts';
import type { Paint } from '../report/terminal.ts';
import { NetworkHistory, type PictureFrame, picture } from './picture.ts';

const daySeconds = 86_400;
const halfHours = 48;

/** Tells the replay in the order of event time: incidents as they change, and each day on which a network went. */
export class Story {
  readonly history: NetworkHistory;
  readonly #originAs: number;
  readonly #paint: Paint;
  readonly #incidentLines: IncidentLines;
  #pending: Anomaly[] = [];
  /** The first day not yet told; the first of the quiet days before it. */
  #day: EventSecond;
  #quietSince: EventSecond | undefined;

  constructor(originAs: number, prefixes: readonly string[], fromSecond: EventSecond, paint: Paint) {
    this.history = new NetworkHistory(prefixes);
    this.#originAs = originAs;
    this.#paint = paint;
    this.#incidentLines = new IncidentLines(paint);
    this.#day = fromSecond - (fromSecond % daySeconds);
  }

  addAnomaly(anomaly: Anomaly): void {
    this.#pending.push(anomaly);
  }

  addScores({ eventMinute, content }: AsScores): void {
    if (content.case !== 'score' || content.value.originAs !== this.#originAs) return;
    const { score, events } = content.value;
    this.history.scored(firstSecondOf(eventMinute), score);
    for (const { kind, prefix, eventSecond } of events) {
      if (kind === 'down') this.history.lost(prefix, eventSecond);
      else if (kind === 'up') this.history.returned(prefix, eventSecond);
    }
  }

  /** What there is to tell up to `second`, by which everything has been added. */
  tellUntil(second: EventSecond): string[] {
    const lines: string[] = [];
    const due = this.#pending.filter(({ eventSecond }) => eventSecond <= second);
    this.#pending = this.#pending.filter(({ eventSecond }) => eventSecond > second);
    while (this.#day + daySeconds <= second) {
      const end = this.#day + daySeconds;
      const ofDay = due.filter(({ eventSecond }) => eventSecond <= end);
      due.splice(0, ofDay.length);
      this.#tellDay(ofDay, lines);
      this.#day = end;
    }
    if (due.length > 0) this.#tellIncidents(due, lines);
    return lines;
  }

  /** The rest, and how the last days were. */
  end(second: EventSecond): string[] {
    const lines = this.tellUntil(second);
    this.#tellQuietDays(lines);
    return lines;
  }

  #tellDay(incidents: readonly Anomaly[], lines: string[]): void {
    if (incidents.length > 0) this.#tellIncidents(incidents, lines);
    if (!this.history.hasLosses(this.#day, this.#day + daySeconds)) {
      this.#quietSince ??= this.#day;
      return;
    }
    this.#tellQuietDays(lines);
    lines.push(
      '',
      this.#paint('bold', dayText(this.#day)),
      ...picture(this.history, dayFrame(this.#day), this.#paint),
      '',
    );
  }

  #tellIncidents(incidents: readonly Anomaly[], lines: string[]): void {
    this.#tellQuietDays(lines);
    lines.push(
      ...incidents.map((anomaly) => this.#incidentLines.line(anomaly)).filter((line) => line !== undefined),
    );
  }

  #tellQuietDays(lines: string[]): void {
    if (this.#quietSince === undefined || this.#quietSince === this.#day) return;
    const last = this.#day - daySeconds;
    const days =
      this.#quietSince === last ? dayText(last) : `${dayText(this.#quietSince)} to ${dayText(last)}`;
    lines.push(this.#paint('dim', `${days}: none of the ${this.history.prefixes.length} networks was lost`));
    this.#quietSince = undefined;
  }
}

function dayFrame(fromSecond: EventSecond): PictureFrame {
  const marks = Array.from({ length: 8 }, (_, i) => ({
    cell: i * 6,
    text: `${String(i * 3).padStart(2, '0')}h`,
  }));
  return { fromSecond, cellSeconds: daySeconds / halfHours, cells: halfHours, marks };
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** "22 Dec 2014". */
export function dayText(second: EventSecond): string {
  const [year, month, day] = formatSecond(second).slice(0, 10).split('-').map(Number) as [
    number,
    number,
    number,
  ];
  return `${day} ${months[month - 1]} ${year}`;
}
