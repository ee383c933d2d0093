import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import {
  type Answer,
  answerOfError,
  noReply,
  type ProbeOptions,
  reply,
  sourceFor,
  type Target,
  wrongReply,
} from './probe.ts';

type HttpTarget = Extract<Target, { kind: 'http' }>;

/** A body is read so far, and no further. */
const bodyBytesMax = 64 * 1024;

/** GET of the URL at the given address; the certificate must be right for the URL's name. Redirects are not followed. */
export function probeHttp(target: HttpTarget, options: ProbeOptions): Promise<Answer> {
  const { address, url, timeoutSeconds } = target;
  const localAddress = sourceFor(address, options);
  const { protocol, hostname, host, port, pathname, search } = new URL(url);
  const isHttps = protocol === 'https:';
  const began = performance.now();
  return new Promise((resolve) => {
    const request = (isHttps ? requestHttps : requestHttp)({
      host: address,
      port: port === '' ? (isHttps ? 443 : 80) : Number(port),
      path: `${pathname}${search}`,
      headers: { host, 'user-agent': 'steadybeat-prober' },
      agent: false,
      maxHeaderSize: 16 * 1024,
      // An IP address is no server name (RFC 6066).
      ...(isHttps && { servername: /^[\d.]+$|:/.test(hostname) ? '' : hostname }),
      ...(localAddress !== undefined && { localAddress }),
    });
    let hasAnswered = false;
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(answer);
    };
    const timer = setTimeout(
      () => end(hasAnswered ? wrongReply(began, 'the answer does not end') : noReply()),
      timeoutSeconds * 1000,
    );
    request.on('error', (error) => end(answerOfError(error, began)));
    request.on('response', (response) => {
      hasAnswered = true;
      judge(response, target, began).then(end, (error: NodeJS.ErrnoException) =>
        end(wrongReply(began, error.code ?? error.message)),
      );
    });
    request.end();
  });
}

async function judge(response: IncomingMessage, target: HttpTarget, began: number): Promise<Answer> {
  const { statusCode = 0 } = response;
  const isRight = target.status === undefined ? statusCode < 400 : statusCode === target.status;
  if (!isRight) return wrongReply(began, `HTTP status ${statusCode}`);
  if (target.body === undefined) return reply(began, `HTTP status ${statusCode}`);
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    if (text.includes(target.body)) return reply(began, `HTTP status ${statusCode}`);
    if (text.length > bodyBytesMax) break;
  }
  return wrongReply(began, 'the body is another one');
}
