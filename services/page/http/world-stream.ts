import type { IncomingMessage, ServerResponse } from 'node:http';
import { incidentCells, openByWeight } from '../html/incident-rows.ts';
import { asOf, notice, titleText } from '../html/layout.ts';
import type { Site } from '../html/site.ts';
import {
  countries,
  feedList,
  moreLink,
  openRowsMax,
  overList,
  stateTiles,
  unstableTable,
  worldTitle,
} from '../html/world-page.ts';
import { EventChannel, eventText } from './event-channel.ts';

/** The parts of the world page that change, as HTML by the id of their element; the title is text. */
interface WorldParts {
  readonly title: string;
  readonly asOf: string;
  readonly 'site-notice': string;
  readonly state: string;
  readonly countries: string;
  readonly unstable: string;
  readonly feeds: string;
  readonly more: string;
  readonly over: string;
  /** The ids of the open incidents that are shown, in their order. */
  readonly order: readonly string[];
  readonly rows: ReadonlyMap<string, string>;
}

/** /live/world: what changed on the world page, made once for all viewers, each of whom begins with everything. */
export class WorldStream {
  readonly #site: Site;
  readonly #channel = new EventChannel();
  #sent: WorldParts | undefined;

  constructor(site: Site) {
    this.#site = site;
  }

  get viewers(): number {
    return this.#channel.size;
  }

  flush(): void {
    if (this.viewers === 0) return;
    const parts = this.#parts();
    const change = changeOf(this.#sent, parts);
    this.#sent = parts;
    if (Object.keys(change).length > 0) this.#channel.send(Buffer.from(eventText('world', change)));
  }

  connect(request: IncomingMessage, response: ServerResponse): void {
    // All viewers have the same, so that one change serves all.
    this.flush();
    if (this.viewers === 0) this.#sent = this.#parts();
    this.#channel.connect(request, response, eventText('world', changeOf(undefined, this.#sent!)));
  }

  close(): void {
    this.#channel.close();
  }

  #parts(): WorldParts {
    const site = this.#site;
    const open = openByWeight(site.view);
    const shown = open.slice(0, openRowsMax);
    return {
      title: titleText(worldTitle(open.length)),
      asOf: asOf(site).text,
      'site-notice': notice(site).text,
      state: stateTiles(site, open).text,
      countries: countries(site, open)?.text ?? '',
      unstable: unstableTable(site).text,
      feeds: feedList(site)?.text ?? '',
      more: moreLink(open.length)?.text ?? '',
      over: overList(site).text,
      order: shown.map(({ latest }) => latest.incidentId),
      rows: new Map(shown.map((record) => [record.latest.incidentId, incidentCells(site, record).text])),
    };
  }
}

const changingParts = [
  'title',
  'asOf',
  'site-notice',
  'state',
  'countries',
  'unstable',
  'feeds',
  'more',
  'over',
] as const;

function changeOf(before: WorldParts | undefined, now: WorldParts): Record<string, unknown> {
  const change: Record<string, unknown> = {};
  for (const name of changingParts) if (now[name] !== before?.[name]) change[name] = now[name];
  if (now.order.join('\n') !== before?.order.join('\n')) change.order = now.order;
  const rows = [...now.rows].filter(([id, row]) => before?.rows.get(id) !== row);
  if (rows.length > 0) change.rows = Object.fromEntries(rows);
  return change;
}
