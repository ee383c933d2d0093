import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatSecond } from '#core/event-time.ts';
import type { Site } from '../html/site.ts';
import type { AsNames } from '../view/as-names.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';
import { type PreparedAnswer, prepare, send } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';
import { loadAssets } from './assets.ts';
import { EventChannel, eventText } from './event-channel.ts';
import { exportIncidents, exportTypes } from './incident-export.ts';
import { IncidentStream } from './incident-stream.ts';
import { type Answered, plainAnswer, refusal, routeOf } from './routes.ts';
import { WorldStream } from './world-stream.ts';

export interface PageOptions {
  readonly names?: AsNames;
  /** One sentence above every page: what is shown, if not the world as it is now. */
  readonly notice?: string;
  /** The command that finds an incident again; by default the files of its collectors are named in general. */
  readonly replayCommand?: (record: IncidentRecord) => string;
  readonly viewersMax?: number;
}

/** The web page and its API over one view, as a handler of GET and HEAD for the server of a process. */
export interface Page {
  /** Answers what is the page's, and says whether it was; what is not its own is left untouched. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends the live streams. */
  close(): void;
}

/** Changes are sent together, so often. */
const flushMilliseconds = 500;
const viewersMaxDefault = 1000;

export function createPage(view: WorldView, options: PageOptions = {}): Page {
  const {
    names = new Map(),
    notice,
    replayCommand = commandForFiles,
    viewersMax = viewersMaxDefault,
  } = options;
  const site: Site = { view, names, notice, replayCommand };
  const assets = loadAssets();
  const cache = new AnswerCache(view);
  const streams = new Streams(site, viewersMax, cache);
  return {
    handle(request, response) {
      const url = request.url ?? '/';
      const at = url.indexOf('?');
      const path = at < 0 ? url : url.slice(0, at);
      if (!isOwnPath(path)) return false;
      const asset = assets.get(path);
      if (asset !== undefined) send(request, response, asset);
      else if (!streams.connect(path, request, response)) answer(request, response, url, path, at);
      return true;
    },
    close: () => streams.close(),
  };

  function answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    path: string,
    at: number,
  ): void {
    const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
    const type = path === '/api/v1/incidents' ? exportTypes(parameters, request.headers.accept) : undefined;
    if (type !== undefined) {
      exportIncidents(site, parameters, type, request, response);
      return;
    }
    send(
      request,
      response,
      cache.get(url, () => prepared(site, path, parameters)),
    );
  }
}

function prepared(site: Site, path: string, parameters: URLSearchParams): PreparedAnswer {
  let answered: Answered;
  try {
    answered = routeOf(site, path, parameters);
  } catch (error) {
    answered = refusal(site, path, error);
  }
  return prepare(answered);
}

const isOwnPath = (path: string): boolean =>
  path === '/' || /^\/(?:incidents|as|assets|live|api\/v1)(?:\/|$)/.test(path);

/** The live streams, flushed together. */
class Streams {
  readonly #world: WorldStream;
  readonly #incidents: IncidentStream;
  /** /live/pulse: that something was told, for pages that ask for themselves again. */
  readonly #pulse = new EventChannel();
  readonly #site: Site;
  readonly #cache: AnswerCache;
  readonly #viewersMax: number;
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #hasNewMinute = false;

  constructor(site: Site, viewersMax: number, cache: AnswerCache) {
    this.#cache = cache;
    this.#site = site;
    this.#viewersMax = viewersMax;
    this.#world = new WorldStream(site);
    this.#incidents = new IncidentStream(site);
    this.#stopListening = site.view.listen((change) => {
      if (change.case === 'incident') this.#incidents.changed(change.record);
      else this.#hasNewMinute = true;
      this.#timer ??= setTimeout(() => this.#flush(), flushMilliseconds).unref();
    });
  }

  /** False where `path` is no stream. */
  connect(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const connect = {
      '/live/world': () => this.#world.connect(request, response),
      '/live/pulse': () => this.#pulse.connect(request, response, this.#pulseText()),
      '/api/v1/stream': () => this.#incidents.connect(request, response),
    }[path];
    if (connect === undefined) return false;
    if (this.#world.viewers + this.#incidents.viewers + this.#pulse.size >= this.#viewersMax)
      send(request, response, tooMany);
    else connect();
    return true;
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    for (const stream of [this.#world, this.#incidents, this.#pulse]) stream.close();
  }

  #flush(): void {
    this.#timer = undefined;
    this.#world.flush();
    this.#incidents.flush(this.#hasNewMinute);
    this.#cache.clear();
    if (this.#pulse.size > 0) this.#pulse.send(Buffer.from(this.#pulseText()));
    this.#hasNewMinute = false;
  }

  #pulseText(): string {
    return eventText('pulse', { asOf: formatSecond(this.#site.view.asOfSecond) });
  }
}

const tooMany = prepare({
  ...plainAnswer(503, 'Too many viewers now.\n'),
  headers: { 'retry-after': '10' },
});

/** Where it is not known which files the updates came from: the hours around the incident, of any collectors. */
function commandForFiles({ latest }: IncidentRecord): string {
  const hour = 3600;
  const from = latest.startSecond - (latest.startSecond % hour) - 6 * hour;
  const end = latest.endSecond ?? latest.eventSecond;
  const until = end - (end % hour) + 2 * hour;
  const time = (second: number) => `${formatSecond(Math.max(0, second)).slice(0, 16)}Z`;
  const watch = latest.originAs === 0 ? '' : ` --watch AS${latest.originAs}`;
  return `npm start --${watch} --from ${time(from)} --until ${time(until)} FILE...`;
}
