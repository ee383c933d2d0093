import { createHmac, randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';

export interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

/** busy: too many want to know at once. */
type Admission = 'right' | 'wrong' | 'busy';

/** So many wait for their answer at most, at some 50 ms each with the usual cost of 10. */
const waitingMax = 32;
/** A password of more than 72 bytes is right with any ending: so even what is right has a limit. */
const rememberedMax = 1000;

/**
 * Basic authentication (RFC 7617) against bcrypt hashes. A thread computes them, one at a time, so that who guesses
 * holds up nobody; what was right once is known by its keyed digest, so that neither scrapes nor viewers compute.
 */
export class Passwords {
  /** bcrypt hashes; at least one when somebody is checked. */
  users: ReadonlyMap<string, string> = new Map();
  readonly #key = randomBytes(32);
  readonly #right = new Set<string>();
  /** In the order in which they were asked. */
  readonly #waiting: ((isRight: boolean) => void)[] = [];
  #worker: Worker | undefined;

  /** `authorization`: the header of a request. */
  async check(authorization: string | undefined): Promise<Admission> {
    const given = credentials(authorization);
    if (given === undefined) return 'wrong';
    const known = this.users.get(given.user);
    // For a user that there is not it takes as long, so that names cannot be found by the clock.
    const hash = known ?? this.users.values().next().value!;
    const digest = createHmac('sha256', this.#key).update(`${hash}\n${given.password}`).digest('base64');
    if (known !== undefined && this.#right.has(digest)) return 'right';
    if (this.#waiting.length >= waitingMax) return 'busy';
    const fits = await this.#ask({ password: given.password, hash });
    if (!fits || known === undefined) return 'wrong';
    if (this.#right.size >= rememberedMax) this.#right.clear();
    this.#right.add(digest);
    return 'right';
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(question: PasswordQuestion): Promise<boolean> {
    this.#worker ??= this.#started();
    this.#worker.postMessage(question);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #started(): Worker {
    const worker = new Worker(new URL('./password-worker.ts', import.meta.url), { name: 'passwords' });
    worker.on('message', (isRight: boolean) => this.#waiting.shift()!(isRight));
    worker.unref();
    return worker;
  }
}

function credentials(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^basic +([\w+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
