import { type IncomingMessage, get as plainGet } from 'node:http';
import { get as tlsGet } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { BackOff } from '#runtime/back-off.ts';

/** What a server did not do. */
export class HttpProblem extends Error {
  /** True where the same may work later. */
  readonly passes: boolean;
  /** Of an answer; undefined where there was none. */
  readonly status: number | undefined;
  /** So long the server asks to wait. */
  readonly waitMilliseconds: number;

  constructor(message: string, passes: boolean, status?: number, waitMilliseconds: number = 0) {
    super(message);
    this.passes = passes;
    this.status = status;
    this.waitMilliseconds = waitMilliseconds;
  }
}

export interface HttpOptions {
  /** A connection on which nothing comes for so long is given up, and one whose answer has not begun in twice the time. */
  readonly idleMilliseconds: number;
  /** So it is where less than this comes on the average of that time. */
  readonly leastBytesPerSecond: number;
  readonly firstRetryMilliseconds: number;
  readonly maxRetryMilliseconds: number;
  /** Tries in a row without an octet of progress. */
  readonly tries: number;
}

export const httpDefaults: HttpOptions = {
  idleMilliseconds: 60_000,
  leastBytesPerSecond: 1000,
  firstRetryMilliseconds: 1000,
  maxRetryMilliseconds: 60_000,
  tries: 8,
};

const redirectsMax = 5;
const waitMillisecondsMax = 300_000;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
/** What goes by: timeouts, too many requests, and the server's own troubles. */
const passing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * A GET (RFC 9110), redirects followed: resolves with an answer of status 200 or 206. Node's own `fetch` would unpack what a
 * server says is packed (Content-Encoding), so that the octets are not those of the file and a part of them cannot be continued.
 */
export async function httpGet(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { idleMilliseconds }: HttpOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let at = url;
  for (let followed = 0; followed <= redirectsMax; followed++) {
    const answer = await answerOf(at, headers, idleMilliseconds, signal);
    const status = answer.statusCode!;
    if (status === 200 || status === 206) return answer;
    // What comes with it may have no end.
    answer.destroy();
    const { location } = answer.headers;
    if (!redirects.includes(status) || location === undefined) {
      const wait = Math.min(waitMillisecondsMax, 1000 * Number(answer.headers['retry-after'] ?? 0) || 0);
      throw new HttpProblem(`status ${status}`, passing(status), status, wait);
    }
    const next = URL.parse(location, at.href);
    if (next === null) throw new HttpProblem('a redirect to nowhere', false, status);
    at = next;
  }
  throw new HttpProblem(`more than ${redirectsMax} redirects`, false);
}

function answerOf(
  url: URL,
  headers: Readonly<Record<string, string>>,
  idleMilliseconds: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new HttpProblem(`a redirect to ${url.protocol}`, false);
  const get = url.protocol === 'http:' ? plainGet : tlsGet;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const all = { 'user-agent': 'steadybeat', 'accept-encoding': 'identity', ...headers };
  const begun = globalThis.setTimeout(
    () => request.destroy(new Error(`its answer had not begun after ${(2 * idleMilliseconds) / 1000} s`)),
    2 * idleMilliseconds,
  );
  promise.catch(() => undefined).finally(() => clearTimeout(begun));
  const request = get(url, { headers: all, signal }, resolve);
  request.setTimeout(idleMilliseconds, () =>
    request.destroy(new Error(`nothing came for ${idleMilliseconds / 1000} s`)),
  );
  request.on('error', reject);
  return promise;
}

/** What comes of an answer. `onSlow` hears how many octets came in a time in which too few did; then it fails. */
export async function* bodyOf(
  answer: IncomingMessage,
  { idleMilliseconds, leastBytesPerSecond }: HttpOptions,
  onSlow: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  const seconds = idleMilliseconds / 1000;
  const watch = setInterval(() => {
    if (bytes < leastBytesPerSecond * seconds) {
      onSlow(bytes);
      answer.destroy(new Error(`only ${bytes} octets came in ${seconds} s`));
    }
    bytes = 0;
  }, idleMilliseconds);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
    }
  } finally {
    clearInterval(watch);
  }
}

/** A try: what it got until it failed, if anything, counts as progress. */
export interface Attempt<T> {
  run(): Promise<T>;
  /** Octets that all tries have brought so far. */
  progress(): number;
  onRetry(why: string, milliseconds: number): void;
}

/** Does it, with growing pauses, until it works or cannot; throws an HttpProblem, or what the signal says. */
export async function withRetries<T>(
  { firstRetryMilliseconds, maxRetryMilliseconds, tries }: HttpOptions,
  signal: AbortSignal,
  attempt: Attempt<T>,
): Promise<T> {
  const backOff = new BackOff(firstRetryMilliseconds, maxRetryMilliseconds);
  for (;;) {
    const before = attempt.progress();
    try {
      return await attempt.run();
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemOf(error);
      if (!problem.passes) throw problem;
      if (attempt.progress() > before) backOff.reset();
      if (backOff.tries + 1 >= tries) throw problem;
      const milliseconds = Math.max(backOff.next(), problem.waitMilliseconds);
      attempt.onRetry(problem.message, milliseconds);
      await setTimeout(milliseconds, undefined, { signal });
    }
  }
}

/** Errors of the network pass; those of the disk, and bugs, do not. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (ofTheDisk.includes(String(syscall)) || error instanceof TypeError) throw error;
  return new HttpProblem(message || String(code), true);
}

const ofTheDisk: readonly string[] = ['open', 'write', 'rename', 'mkdir', 'stat', 'scandir', 'unlink'];
