import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { PortCalls } from '#runtime/transport/port-calls.ts';

/** What a thread needs from the start, besides the port over which it is called. */
interface ThreadStart {
  readonly module: URL;
  readonly data: object;
  /** Ports in the data, which move to the thread. */
  readonly ports: readonly MessagePort[];
}

/** A thread that does what it is asked, and may tell news meanwhile. */
export class CalledThread<Call, News> {
  readonly #worker: Worker;
  readonly #calls: PortCalls<Call>;
  readonly #ended = Promise.withResolvers<void>();

  constructor(name: string, { module, data, ports }: ThreadStart, onNews: (news: News) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#calls = new PortCalls(port1);
    this.#worker = new Worker(module, {
      name,
      workerData: { ...data, calls: port2 },
      transferList: [...ports, port2],
    });
    this.#worker.on('error', this.#ended.reject);
    this.#worker.on('exit', (status) => {
      if (status === 0) this.#ended.resolve();
      else this.#ended.reject(new Error(`the thread ${name} ended with status ${status}`));
    });
    this.#worker.on('message', onNews);
    // Whoever calls, or waits for the end, hears of it.
    this.#ended.promise.catch(() => undefined);
  }

  /** Rejects where the thread cannot go on. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async call(call: Call): Promise<void> {
    await Promise.race([this.#calls.call(call), this.#ended.promise]);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    this.#calls.close();
  }
}
