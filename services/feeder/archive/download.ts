import {
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FileCache } from './file-cache.ts';
import { bodyOf, type HttpOptions, HttpProblem, httpGet, withRetries } from './http-get.ts';

/** 'cached': it was there already. 'missing': the server says that there is none. 'page': it sent a web page instead. */
export type Downloaded = 'fetched' | 'cached' | 'missing' | 'page';

export interface DownloadOptions {
  readonly http: HttpOptions;
  /** A larger file is not fetched. */
  readonly fileBytesMax: number;
  readonly signal: AbortSignal;
  readonly onRetry: (url: URL, why: string, milliseconds: number) => void;
  /** So many octets came. */
  readonly onBytes: (count: number) => void;
}

/** Statuses of what is not there: stores of objects say 403 of it. */
const missing: readonly (number | undefined)[] = [403, 404, 410];
/** A server that has another file now than the one that was begun, or less of it. */
const notSatisfiable = 416;

/**
 * Fetches a file to its place in the cache. What has come is kept in NAME.part, and its version (ETag or date) in NAME.tag: a
 * try that was cut goes on from there, also in a later run. A file that is there under its own name is whole.
 */
export async function download(url: URL, cache: FileCache, options: DownloadOptions): Promise<Downloaded> {
  const path = cache.pathOf(url);
  if (existsSync(path)) return 'cached';
  const part = new Part(path, cache);
  /** Octets that came, but for those that came too slowly. */
  let received = 0;
  const counts: PartCounts = {
    onBytes: (count) => {
      received += count;
      options.onBytes(count);
    },
    onSlow: (count) => {
      received -= count;
    },
  };
  cache.use(part.path);
  try {
    const result = await withRetries(options.http, options.signal, {
      run: () => part.fetch(url, options, counts),
      progress: () => received,
      onRetry: (why, milliseconds) => options.onRetry(url, why, milliseconds),
    });
    if (result === 'fetched') part.complete();
    else part.discard();
    return result;
  } catch (error) {
    if (error instanceof HttpProblem && missing.includes(error.status)) {
      part.discard();
      return 'missing';
    }
    if (error instanceof TooLarge) part.discard();
    throw error;
  } finally {
    cache.release(part.path);
  }
}

class TooLarge extends HttpProblem {
  constructor(what: string, fileBytesMax: number) {
    super(`${what}; a file may have ${gigabytes(fileBytesMax)} at most`, false);
  }
}

const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(3))} GB`;

interface PartCounts {
  onBytes(count: number): void;
  onSlow(count: number): void;
}

/** A file on its way. */
class Part {
  readonly path: string;
  readonly #whole: string;
  readonly #tagPath: string;
  readonly #cache: FileCache;

  constructor(whole: string, cache: FileCache) {
    this.#whole = whole;
    this.path = `${whole}.part`;
    this.#tagPath = `${whole}.tag`;
    this.#cache = cache;
  }

  complete(): void {
    const { size } = statSync(this.path);
    renameSync(this.path, this.#whole);
    rmSync(this.#tagPath, { force: true });
    this.#cache.remove(this.path);
    this.#cache.use(this.#whole);
    this.#cache.grew(this.#whole, size);
    this.#cache.release(this.#whole);
  }

  discard(): void {
    rmSync(this.#tagPath, { force: true });
    this.#cache.remove(this.path);
  }

  async fetch(url: URL, options: DownloadOptions, counts: PartCounts): Promise<'fetched' | 'page'> {
    const tag = existsSync(this.#tagPath) ? readFileSync(this.#tagPath, 'utf8') : '';
    const has = tag !== '' && existsSync(this.path) ? statSync(this.path).size : 0;
    const headers: Record<string, string> = has > 0 ? { range: `bytes=${has}-`, 'if-range': tag } : {};
    let answer: IncomingMessage;
    try {
      answer = await httpGet(url, headers, options.http, options.signal);
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.status !== notSatisfiable) throw error;
      this.discard();
      throw new HttpProblem(error.message, true, error.status);
    }
    const from = answer.statusCode === 206 ? startOf(answer) : 0;
    if (from !== 0 && from !== has) {
      answer.destroy();
      this.discard();
      throw new HttpProblem('another part than the one asked for', true);
    }
    if (from === 0) writeFileSync(this.#tagPath, tagOf(answer));
    return this.#write(answer, from, options, counts);
  }

  async #write(
    answer: IncomingMessage,
    from: number,
    { http, fileBytesMax }: DownloadOptions,
    { onBytes, onSlow }: PartCounts,
  ): Promise<'fetched' | 'page'> {
    const expected = lengthOf(answer);
    if (from + (expected ?? 0) > fileBytesMax) {
      answer.destroy();
      throw new TooLarge(`the server says that it has ${gigabytes(from + expected!)}`, fileBytesMax);
    }
    let received = 0;
    let isPage = false;
    const cache = this.#cache;
    const { path } = this;
    await pipeline(
      bodyOf(answer, http, onSlow),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          if (from + received === 0 && isWebPage(answer, chunk)) {
            isPage = true;
            return;
          }
          received += chunk.length;
          if (from + received > fileBytesMax)
            throw new TooLarge('the server sends more and more', fileBytesMax);
          onBytes(chunk.length);
          cache.grew(path, from + received);
          yield chunk;
        }
      },
      createWriteStream(path, { flags: from === 0 ? 'w' : 'a' }),
    );
    if (isPage) return 'page';
    if (expected !== undefined && received !== expected)
      throw new HttpProblem(`${received} of ${expected} octets came`, true);
    return 'fetched';
  }
}

/** A strong ETag or else a date; "" where a part of it could not be continued. */
function tagOf({ headers }: IncomingMessage): string {
  if (headers['content-encoding'] !== undefined) return '';
  const { etag } = headers;
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  return headers['last-modified'] ?? '';
}

const lengthOf = ({ headers }: IncomingMessage): number | undefined =>
  headers['content-length'] === undefined ? undefined : Number(headers['content-length']);

/** Of "Content-Range: bytes 100-199/200", 100; -1 where it says nothing. */
const startOf = ({ headers }: IncomingMessage): number =>
  Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? -1);

/** MRT and what it is packed in begin with other octets, whatever the server calls them. */
function isWebPage({ headers }: IncomingMessage, head: Buffer): boolean {
  const text = head.toString('latin1', 0, 256).trimStart();
  return /^<(!doctype|html|\?xml|head|body|!--)/i.test(text) || (isHtml(headers) && /^[\s<]/.test(text));
}

const isHtml = (headers: IncomingMessage['headers']): boolean =>
  /^text\/html/i.test(headers['content-type'] ?? '');
