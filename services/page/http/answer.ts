import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer made ready to be sent as often as it is asked for. */
export interface PreparedAnswer extends Answer {
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer | undefined;
}

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'interest-cohort=()',
};

const compressedFromBytes = 1024;

export function prepare(answer: Answer): PreparedAnswer {
  const plain = Buffer.from(answer.body as string);
  const gzip = plain.length < compressedFromBytes ? undefined : gzipSync(plain, { level: 5 });
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { ...answer, plain, gzip, etag };
}

/** Sends it, or 304 where the client has it already. Answers to HEAD have no body. */
export function send(request: IncomingMessage, response: ServerResponse, answer: PreparedAnswer): void {
  const wantsGzip = answer.gzip !== undefined && acceptsGzip(request.headers['accept-encoding']);
  // What is compressed is another representation.
  const etag = wantsGzip ? answer.etag.replace(/"$/, '-gzip"') : answer.etag;
  const headers = {
    ...securityHeaders,
    'cache-control': 'no-cache',
    vary: 'accept-encoding, accept',
    ...answer.headers,
    etag,
  };
  if (answer.status === 200 && isKnown(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const body = wantsGzip ? answer.gzip! : answer.plain;
  response.writeHead(answer.status, {
    ...headers,
    'content-type': answer.type,
    'content-length': body.length,
    ...(wantsGzip && { 'content-encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** So much of the header is looked at: the expression takes time with the square of its length. */
const encodingsLengthMax = 256;

/** "gzip, br" or "gzip;q=0.5", but not "gzip;q=0". */
export const acceptsGzip = (header: string | undefined): boolean =>
  /(?:^|,)\s*gzip\s*(?:;\s*q\s*=\s*(?:1|0?\.\d*[1-9]\d*)[^,]*)?\s*(?:,|$)/i.test(
    header?.slice(0, encodingsLengthMax) ?? '',
  );

/** The weak comparison of RFC 9110, section 13.1.2. */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.slice(0, 4096).split(',');
  return tags.some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
