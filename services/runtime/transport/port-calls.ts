import type { MessagePort } from 'node:worker_threads';

interface Request<Call> {
  readonly id: number;
  readonly call: Call;
}

type Answer =
  | { readonly id: number; readonly case: 'value'; readonly value: unknown }
  | { readonly id: number; readonly case: 'error'; readonly error: unknown };

/** A value, and the buffers in it that are moved to the other thread instead of copied. */
export type Moving = readonly [value: unknown, moved?: ArrayBuffer[]];

/** Calls of what another thread answers over a port. */
export class PortCalls<Call> {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #next = 0;
  #closed = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.case === 'value') waiting?.resolve(answer.value);
      else waiting?.reject(answer.error);
    });
  }

  /** Rejects with what the other end threw, or where the port is closed before it answers. */
  async call(call: Call, moved: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#closed) throw new Error('the transport is closed');
    const id = this.#next++;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    const request: Request<Call> = { id, call };
    this.#port.postMessage(request, moved);
    return waiting.promise;
  }

  close(): void {
    this.#closed = true;
    this.#port.close();
    for (const { reject } of this.#waiting.values()) reject(new Error('the transport is closed'));
    this.#waiting.clear();
  }
}

/** Answers the calls that come over a port, each as soon as it can. */
export function answerCalls<Call>(port: MessagePort, answer: (call: Call) => Promise<Moving>): void {
  const post = (message: Answer, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  port.on('message', ({ id, call }: Request<Call>) => {
    answer(call).then(
      ([value, moved]) => post({ id, case: 'value', value }, moved),
      (error: unknown) => post({ id, case: 'error', error }),
    );
  });
}
