import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { clusterConfig, type KafkaOptions } from './kafka-options.ts';
import { type Attempt, errorType, explained, KafkaProblem } from './kafka-problem.ts';
import { type Cluster, newCluster } from './mended-kafkajs.ts';

const firstPauseMs = 100;
const longestPauseMs = 1_000;
/** A topic that was just made is not known to every broker at once. */
const topicPatienceMs = 5_000;

/** What is to be done; the brokers are the link's. */
export type Task = Omit<Attempt, 'brokers'>;

interface Connection {
  readonly cluster: Promise<Cluster>;
  readonly sockets: Set<Socket>;
  /** Aborted once it is dropped: what kafkajs still tries to connect then would stay open, and the process with it. */
  readonly dropped: AbortController;
}

/**
 * A connection to the cluster that is made anew whenever it fails: kafkajs' own repairs leave
 * dead brokers in its pools. What passes is tried again for ever; the rest is thrown as a KafkaProblem.
 */
export class ClusterLink {
  readonly #options: KafkaOptions;
  readonly #closing = new AbortController();
  #current: Connection | undefined;

  constructor(options: KafkaOptions) {
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** One try: for a start, where a person waits for the answer. */
  async check(task: Task): Promise<void> {
    try {
      const cluster = await this.#connected();
      await cluster.refreshMetadata();
    } catch (error) {
      this.drop();
      throw explained(error, { ...task, brokers: this.#options.brokers });
    }
  }

  /** Does it, as often as it takes. */
  async use<T>(task: Task, action: (cluster: Cluster) => Promise<T>): Promise<T> {
    const attempt: Attempt = { ...task, brokers: this.#options.brokers };
    let missingSince: number | undefined;
    for (let pauseMs = firstPauseMs, waiting = false; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const connected = this.#connected();
      const used = this.#current;
      try {
        const cluster = await connected;
        if (task.topics !== undefined) await cluster.addMultipleTargetTopics(task.topics);
        const result = await action(cluster);
        if (waiting) this.#options.onEvent?.({ case: 'resumed', doing: task.doing });
        return result;
      } catch (error) {
        if (this.closed) throw new Error('the connection to Kafka is closed', { cause: error });
        const problem = explained(error, attempt);
        if (!(problem instanceof KafkaProblem) || !problem.passes) throw problem;
        missingSince = isMissing(error) ? (missingSince ?? Date.now()) : undefined;
        if (missingSince !== undefined && Date.now() - missingSince > topicPatienceMs) throw problem;
        // Another's failure ended this connection.
        if (used !== this.#current) continue;
        await this.#repair(error);
        if (!waiting)
          this.#options.onEvent?.({ case: 'waiting', doing: task.doing, reason: problem.message });
        waiting = true;
      }
      await setTimeout(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** Ends all that is under way on this connection; what is tried again gets a new one. */
  drop(): void {
    const current = this.#current;
    this.#current = undefined;
    current?.dropped.abort();
    for (const socket of current?.sockets ?? []) destroy(socket);
  }

  close(): void {
    this.#closing.abort();
    this.drop();
  }

  #connected(): Promise<Cluster> {
    if (this.closed) return Promise.reject(new Error('the connection to Kafka is closed'));
    if (this.#current === undefined) {
      const sockets = new Set<Socket>();
      const dropped = new AbortController();
      const config = clusterConfig(this.#options, (socket) => {
        if (dropped.signal.aborted) destroy(socket);
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      const cluster = newCluster(config);
      this.#current = { cluster: cluster.connect().then(() => cluster), sockets, dropped };
    }
    return this.#current.cluster;
  }

  /** After an answer of a broker it is enough to ask who leads what now; else the connection goes. */
  async #repair(error: unknown): Promise<void> {
    if (errorType(error) === undefined) return this.drop();
    await this.#connected()
      .then((cluster) => cluster.refreshMetadata())
      .catch(() => undefined);
  }
}

const destroy = (socket: Socket) => socket.destroy(new Error('no longer wanted'));

const isMissing = (error: unknown): boolean => errorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
