import type { KafkaEvent } from '#runtime/kafka/kafka-options.ts';
import type { Consumer, Transport } from '#runtime/transport/transport.ts';

/** An answer to a probe; `why` is a sentence without its end. */
export interface Verdict {
  readonly isWell: boolean;
  readonly why: string;
}

export interface HealthOptions {
  /** Silence for so long is no longer life. */
  readonly patienceMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** A service has no consumer if it only writes; then it is ready once it has begun. */
interface Membership {
  /** How many partitions the group gave to this member; undefined until it did. */
  partitions: number | undefined;
  heardAt: number;
  /** "topic/partition". */
  readonly held: Set<string>;
  /** Of what the service does now with what it read; undefined while it reads. */
  away: { readonly since: number; readonly isRestoring: boolean } | undefined;
}

/** What a process knows of itself, from what it sees of its transport. */
export class Health {
  readonly #options: HealthOptions;
  /** What cannot be done now, with its reason, and is tried again for ever. */
  readonly #waiting = new Map<string, string>();
  #membership: Membership | undefined;
  #stage: 'starting' | 'running' | 'stopping' | 'failed' = 'starting';

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** It began, ends in order, or cannot go on. */
  is(stage: 'running' | 'stopping' | 'failed'): void {
    this.#stage = stage;
  }

  heard(event: KafkaEvent): void {
    const membership = this.#membership;
    if (event.case === 'waiting') this.#waiting.set(event.doing, event.reason);
    if (event.case === 'resumed') this.#waiting.delete(event.doing);
    if (membership === undefined || event.case === 'waiting') return;
    membership.heardAt = this.#options.now();
    if (event.case === 'joined') membership.partitions = event.partitions;
    // Nobody could have read while it waited.
    if (event.case === 'resumed' && membership.away !== undefined)
      membership.away = { ...membership.away, since: this.#options.now() };
  }

  /** The same transport, whose consumers are watched. */
  watching(transport: Transport): Transport {
    return {
      ensureTopics: (specs) => transport.ensureTopics(specs),
      openProducer: () => transport.openProducer(),
      openConsumer: async (options) => this.#watched(await transport.openConsumer(options)),
      offsets: (topic, partition) => transport.offsets(topic, partition),
      scan: (topic, partition, from, to) => transport.scan(topic, partition, from, to),
      close: () => transport.close(),
    };
  }

  /** False where only a new process helps. Brokers that are away are no reason: a new process would wait like this one. */
  live(): Verdict {
    if (this.#stage === 'failed') return { isWell: false, why: 'failed' };
    if (this.#membership === undefined || this.#waiting.size > 0) return { isWell: true, why: this.#stage };
    const { heardAt, away } = this.#membership;
    const { now, patienceMs } = this.#options;
    if (now() - heardAt > patienceMs)
      return { isWell: false, why: `not heard of in its group ${since(now() - heardAt)}` };
    if (away !== undefined && !away.isRestoring && now() - away.since > patienceMs)
      return { isWell: false, why: `reads nothing ${since(now() - away.since)}` };
    return { isWell: true, why: this.#stage };
  }

  /** True where it does its work now, or would at once if another instance went. */
  ready(): Verdict {
    const live = this.live();
    if (!live.isWell) return live;
    if (this.#stage !== 'running') return { isWell: false, why: this.#stage };
    for (const reason of this.#waiting.values()) return { isWell: false, why: `waiting: ${reason}` };
    if (this.#membership === undefined) return { isWell: true, why: 'running' };
    const { partitions, held, away } = this.#membership;
    if (partitions === undefined) return { isWell: false, why: 'joining its group' };
    if (away?.isRestoring || held.size !== partitions)
      return { isWell: false, why: `restoring ${partitionsText(partitions)}` };
    return { isWell: true, why: partitions === 0 ? 'standing by' : `reading ${partitionsText(partitions)}` };
  }

  #watched(consumer: Consumer): Consumer {
    const { now } = this.#options;
    const membership: Membership = {
      partitions: undefined,
      heardAt: now(),
      held: new Set(),
      away: undefined,
    };
    this.#membership = membership;
    return {
      read: async () => {
        membership.away = undefined;
        const delivery = await consumer.read();
        if (delivery?.case === 'assigned') membership.held.add(`${delivery.topic}/${delivery.partition}`);
        if (delivery?.case === 'revoked') membership.held.delete(`${delivery.topic}/${delivery.partition}`);
        membership.away = { since: now(), isRestoring: delivery?.case === 'assigned' };
        return delivery;
      },
      seek: (topic, partition, offset) => consumer.seek(topic, partition, offset),
      close: () => consumer.close(),
    };
  }
}

const since = (milliseconds: number): string => `for ${Math.round(milliseconds / 1000)} s`;

/** "1 partition", "2 partitions". */
export const partitionsText = (count: number): string =>
  `${count} ${count === 1 ? 'partition' : 'partitions'}`;
