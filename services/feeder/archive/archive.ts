import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type EventSecond, formatMinute, minuteOf } from '#core/event-time.ts';
import type { InputEvents } from '#runtime/input/input.ts';
import { openInput } from '#runtime/input/open-input.ts';
import { diskFile, distinctFiles, type MrtFile } from '../mrt-file.ts';
import { sourceOf } from '../source-name.ts';
import { type Choice, choose, type TimeSpan } from './archive-choice.ts';
import { type ArchiveName, archiveName, type CollectorLayout, months } from './archive-layout.ts';
import { listedNames } from './archive-listing.ts';
import { type DownloadOptions, download } from './download.ts';
import { FileCache } from './file-cache.ts';
import { type HttpOptions, HttpProblem } from './http-get.ts';
import { Slots } from './slots.ts';

export interface ArchiveOptions {
  readonly http: HttpOptions;
  /** Where fetched files lie; at most so many bytes. */
  readonly cacheFolder: string;
  readonly cacheBytesMax: number;
  /** What a server may send as one file: more than the table of any collector has. */
  readonly fileBytesMax?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For people. */
  readonly onEvent: (text: string) => void;
}

export interface ArchiveCounts {
  /** Files that came over the network, and all octets of them. */
  fetched: number;
  bytes: number;
  /** Files that were in the cache already. */
  cached: number;
  /** Files that are not there though they should be, and web pages in the place of files. */
  missing: number;
  pages: number;
  retries: number;
}

/** What was found of the time that was asked for. */
export interface Found {
  readonly files: readonly MrtFile[];
  /** Where the first table and its updates begin. */
  readonly beginSecond: EventSecond | undefined;
}

type Dated = ArchiveName & { readonly file: MrtFile };

/** The largest tables are a tenth of it. */
const fileBytesMaxDefault = 4e9;
/** At a time, of all servers together. */
const downloadsMax = 4;
/** RouteViews'; RIS's files are shorter. */
const usualUpdateSeconds = 900;

/** MRT files of archives, fetched when their turn comes. */
export class Archive {
  readonly counts: ArchiveCounts = { fetched: 0, bytes: 0, cached: 0, missing: 0, pages: 0, retries: 0 };
  readonly #options: ArchiveOptions;
  readonly #slots = new Slots(downloadsMax);
  readonly #stopping = new AbortController();
  #cache: FileCache | undefined;

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  /** Of collectors: the last RIB before `from`, and all updates since up to `until`. */
  async ofCollectors(
    layouts: readonly CollectorLayout[],
    fromSecond: EventSecond,
    untilSecond: EventSecond,
  ): Promise<Found> {
    const choices = await Promise.all(
      layouts.map(async (layout) => {
        const listed =
          (await this.#listed(layout, fromSecond, untilSecond)) ??
          this.#named(layout, fromSecond, untilSecond);
        const choice = choose(listed, { fromSecond, untilSecond }, layout.updateSeconds);
        this.#tell(layout.collector, choice);
        return choice;
      }),
    );
    return foundOf(choices, []);
  }

  /** Of folders, files and addresses; an address that ends with a slash is a folder. */
  async ofPlaces(places: readonly string[], span: TimeSpan): Promise<Found> {
    const files = (await Promise.all(places.map((place) => this.#filesAt(place)))).flat();
    const dated: Dated[] = [];
    const others: MrtFile[] = [];
    for (const file of files) {
      const name = archiveName(file.name);
      if (name === undefined) others.push(file);
      else dated.push({ ...name, file });
    }
    const choices = [...Map.groupBy(dated, ({ file }) => file.source)].map(([source, own]) => {
      const choice = choose(own, span, usualUpdateSeconds);
      this.#tell(source, choice);
      return choice;
    });
    return foundOf(choices, others);
  }

  /** Ends what is on its way; files that are being read fail with an AbortError. */
  stop(): void {
    this.#stopping.abort();
  }

  async #listed(
    layout: CollectorLayout,
    fromSecond: EventSecond,
    untilSecond: EventSecond,
  ): Promise<Dated[] | undefined> {
    const folders = new Map<string, URL>();
    const ribFrom = fromSecond - layout.ribSeconds;
    for (const month of months(ribFrom, untilSecond - 1)) {
      for (const kind of ['rib', 'updates'] as const) {
        const folder = layout.folder(kind, month);
        folders.set(folder.href, folder);
      }
    }
    const lists = await Promise.all(
      [...folders.values()].map((folder) => this.#filesIn(folder, layout.collector)),
    );
    if (lists.every((list) => list === undefined)) return undefined;
    return lists.flatMap((list) => list ?? []);
  }

  /** Names as they should be, where the server does not list its folders. */
  #named(layout: CollectorLayout, fromSecond: EventSecond, untilSecond: EventSecond): Dated[] {
    const { collector, ribSeconds, updateSeconds } = layout;
    this.#options.onEvent(
      `${collector}: its server lists no such folders; files are asked for by their times`,
    );
    const through = Math.min(untilSecond, Math.floor(this.#options.now() / 1000));
    const ribSecond = fromSecond - (fromSecond % ribSeconds);
    const dated = (kind: ArchiveName['kind'], second: EventSecond): Dated => {
      const url = new URL(layout.fileName(kind, second), layout.folder(kind, second));
      return { kind, second, file: this.#remoteFile(url, collector, second) };
    };
    const all = [dated('rib', ribSecond)];
    for (let second = ribSecond; second < through; second += updateSeconds)
      all.push(dated('updates', second));
    return all;
  }

  async #filesIn(folder: URL, source: string): Promise<Dated[] | undefined> {
    const names = await this.#slots.run(() => listedNames(folder, this.#downloadOptions()));
    return names?.flatMap((text) => {
      const name = archiveName(text);
      return name === undefined
        ? []
        : [{ ...name, file: this.#remoteFile(new URL(text, folder), source, name.second) }];
    });
  }

  async #filesAt(place: string): Promise<MrtFile[]> {
    if (!isAddress(place)) {
      const paths = statSync(place).isDirectory() ? filesBelow(place) : [place];
      return distinctFiles(paths).map(diskFile);
    }
    const url = new URL(place);
    if (!url.pathname.endsWith('/'))
      return [this.#remoteFile(url, sourceOfUrl(url), archiveName(url.pathname)?.second)];
    const dated = await this.#filesIn(url, sourceOfUrl(url));
    if (dated === undefined) throw new HttpProblem(`there is nothing at ${place}`, false);
    if (dated.length === 0) throw new HttpProblem(`${place} links to no files of updates or RIBs`, false);
    return dated.map(({ file }) => file);
  }

  #remoteFile(url: URL, source: string, second: EventSecond | undefined): MrtFile {
    return {
      name: url.href,
      source,
      isSeed: false,
      bytes: 0,
      ...(second === undefined ? {} : { notBefore: second }),
      open: () => this.#open(url),
    };
  }

  async *#open(url: URL): InputEvents {
    this.#cache ??= new FileCache(this.#options.cacheFolder, this.#options.cacheBytesMax);
    const cache = this.#cache;
    const path = cache.pathOf(url);
    cache.use(path);
    try {
      if (!(await this.#fetched(url, cache))) return;
      let isDamaged = false;
      for await (const event of openInput(path)) {
        isDamaged ||= event.case === 'failure';
        yield event;
      }
      // It was being written, perhaps: the next time it is asked for again.
      if (isDamaged) cache.remove(path);
    } finally {
      cache.release(path);
    }
  }

  /** False where there is nothing to be read. */
  async #fetched(url: URL, cache: FileCache): Promise<boolean> {
    const { counts } = this;
    const { onEvent } = this.#options;
    try {
      const result = await this.#slots.run(() => download(url, cache, this.#downloadOptions()));
      if (result === 'missing') {
        counts.missing++;
        onEvent(`${url.href} is missing on the server`);
      } else if (result === 'page') {
        counts.pages++;
        onEvent(
          `${url.href}: the server sent a web page where MRT was expected; is there a proxy or a login in between?`,
        );
      } else counts[result]++;
      return result === 'fetched' || result === 'cached';
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#stopping.abort(error);
      throw error instanceof HttpProblem ? new HttpProblem(`${url.href}: ${error.message}`, false) : error;
    }
  }

  #downloadOptions(): DownloadOptions {
    return {
      http: this.#options.http,
      fileBytesMax: this.#options.fileBytesMax ?? fileBytesMaxDefault,
      signal: this.#stopping.signal,
      onRetry: (url, why, milliseconds) => {
        this.counts.retries++;
        this.#options.onEvent(`${url.href}: ${why}; trying again in ${(milliseconds / 1000).toFixed(1)} s`);
      },
      onBytes: (count) => {
        this.counts.bytes += count;
      },
    };
  }

  #tell(source: string, { rib, updates, gaps }: Choice<Dated>): void {
    const ribText = rib === undefined ? 'no RIB before it' : `the RIB of ${timeText(rib.second)}`;
    this.#options.onEvent(`${source}: ${ribText}, ${updates.length} files of updates`);
    for (const { fromSecond, untilSecond } of gaps)
      this.#options.onEvent(
        `${source}: no files of updates from ${timeText(fromSecond)} to ${timeText(untilSecond)}`,
      );
  }
}

function foundOf(choices: readonly Choice<Dated>[], others: readonly MrtFile[]): Found {
  const dated = choices.flatMap(({ rib, updates }) => (rib === undefined ? updates : [rib, ...updates]));
  const begins = choices.flatMap(({ rib }) => (rib === undefined ? [] : [rib.second]));
  return {
    files: [...dated.map(({ file }) => file), ...others],
    beginSecond: begins.length === 0 ? undefined : Math.min(...begins),
  };
}

export const isAddress = (place: string): boolean => /^https?:\/\//i.test(place);

/** Everything in a folder, hidden files left out. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        !entry.isDirectory() &&
        !entry.name.startsWith('.') &&
        /\.(gz|bz2|zst|mrt)$|^(updates|rib|bview)\./i.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

function sourceOfUrl({ hostname, pathname }: URL): string {
  if (hostname === 'archive.routeviews.org' && pathname.startsWith('/bgpdata/')) return 'route-views2';
  const source = sourceOf(pathname);
  return source === 'local' ? hostname : source;
}

const timeText = (second: EventSecond): string => formatMinute(minuteOf(second));
