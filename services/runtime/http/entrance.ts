import type { IncomingMessage, ServerResponse } from 'node:http';
import { namesThisMachine } from './host-name.ts';
import { Passwords } from './passwords.ts';
import type { WebConfig } from './web-config.ts';

/** Says of a request whether it was its own, and answers it then. Only GET and HEAD come. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => boolean;

/** How many requests were turned away: the password was wrong, or too many were being checked. */
export interface Refused {
  wrongPassword: number;
  busy: number;
}

interface EntranceOptions {
  readonly web?: WebConfig | undefined;
  /** What is answered without a password. */
  readonly openPaths?: readonly string[] | undefined;
  /** Whether only who asks for this machine by name is answered. */
  readonly mindsHost: boolean;
}

/** What every request passes, whosever it is. */
export class Entrance {
  readonly refused: Refused = { wrongPassword: 0, busy: 0 };
  readonly #handle: Handle;
  readonly #openPaths: readonly string[];
  readonly #mindsHost: boolean;
  readonly #passwords = new Passwords();
  #headers: readonly (readonly [string, string])[] = [];

  constructor(handle: Handle, { web, openPaths = [], mindsHost }: EntranceOptions) {
    this.#handle = handle;
    this.#openPaths = openPaths;
    this.#mindsHost = mindsHost;
    if (web !== undefined) this.set(web);
  }

  /** In force from the next request on. */
  set({ users, headers }: Pick<WebConfig, 'users' | 'headers'>): void {
    this.#headers = Object.entries(headers);
    this.#passwords.users = users;
  }

  enter(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('x-content-type-options', 'nosniff');
    for (const [name, value] of this.#headers) response.setHeader(name, value);
    if (this.#mindsHost && !namesThisMachine(request.headers.host))
      refuse(response, 421, 'Ask for it by its address, or as localhost.');
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      // What is sent along is not read.
      response.setHeader('connection', 'close');
      refuse(response, 405, 'Only GET and HEAD.');
    } else if (this.#passwords.users.size === 0 || this.#openPaths.includes(pathOf(request)))
      this.#pass(request, response);
    else void this.#identify(request, response);
  }

  async close(): Promise<void> {
    await this.#passwords.close();
  }

  async #identify(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admission = await this.#passwords.check(request.headers.authorization);
    // Whoever has gone meanwhile must not become a viewer.
    if (response.destroyed) return;
    if (admission === 'right') this.#pass(request, response);
    else if (admission === 'busy') {
      this.refused.busy++;
      response.setHeader('retry-after', '10');
      refuse(response, 503, 'Too many passwords are being checked now.');
    } else {
      // A browser asks without one first, and that is nobody's guess.
      if (request.headers.authorization !== undefined) this.refused.wrongPassword++;
      response.setHeader('www-authenticate', 'Basic realm="Steadybeat", charset="UTF-8"');
      refuse(response, 401, 'A name and its password are needed.');
    }
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#handle(request, response)) refuse(response, 404, 'Not found.');
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  response.end(`${text}\n`);
}

/** Without its query. */
export const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '/';
