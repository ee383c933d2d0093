import { bodyOf, type HttpOptions, HttpProblem, httpGet, withRetries } from './http-get.ts';

export interface ListingOptions {
  readonly http: HttpOptions;
  readonly signal: AbortSignal;
  readonly onRetry: (url: URL, why: string, milliseconds: number) => void;
}

/** The largest, RIS's of a month, has some two megabytes. */
const listingBytesMax = 32 * 1024 * 1024;

/** Names in a folder as a web server lists them: what its page links to in the same folder. Undefined where there is no such folder. */
export async function listedNames(
  folder: URL,
  { http, signal, onRetry }: ListingOptions,
): Promise<string[] | undefined> {
  try {
    const page = await withRetries(http, signal, {
      run: () => pageOf(folder, http, signal),
      progress: () => 0,
      onRetry: (why, milliseconds) => onRetry(folder, why, milliseconds),
    });
    return linksIn(page, folder);
  } catch (error) {
    const isMissing = error instanceof HttpProblem && error.status !== undefined && !error.passes;
    if (isMissing) return undefined;
    throw error;
  }
}

async function pageOf(url: URL, http: HttpOptions, signal: AbortSignal): Promise<string> {
  const answer = await httpGet(url, {}, http, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bodyOf(answer, http)) {
    bytes += chunk.length;
    if (bytes > listingBytesMax) throw new HttpProblem('a listing of more than 32 MB', false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** Each once: some servers link a file's icon too. What leads to another server is no name. */
function linksIn(page: string, folder: URL): string[] {
  const names = new Set<string>();
  for (const [, link] of page.matchAll(/\bhref\s*=\s*["']?(?:\.\/)?([^"'\s>?#/\\:]+)["'\s>]/gi))
    if (URL.parse(link!, folder.href)?.origin === folder.origin) names.add(link!);
  return [...names];
}
