import type { Batch, Consumer, ConsumerOptions, Delivery } from '../transport/transport.ts';
import { ClusterLink } from './cluster-link.ts';
import { GroupMember, type GroupReader, type Position } from './group-member.ts';
import { heartbeatIntervalMsDefault, type KafkaOptions, sessionTimeoutMsDefault } from './kafka-options.ts';
import { KafkaProblem, outsideLog, startOutsideLog } from './kafka-problem.ts';
import { OwnedPartition } from './owned-partition.ts';
import { PartitionFetcher } from './partition-fetcher.ts';
import { partitionOffsets } from './partition-reads.ts';

/** A change of ownership that the reader does not know yet. */
interface Change {
  readonly case: 'assigned' | 'revoked';
  readonly of: OwnedPartition;
}

/** A member of a consumer group: membership, fetching and reading go on independently of each other. */
export class KafkaConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #kafka: KafkaOptions;
  /** Of its own: what waits for new records, or for the group, must not hold up others. */
  readonly #link: ClusterLink;
  readonly #member: GroupMember;
  readonly #fetcher: PartitionFetcher;
  readonly #membership: Promise<void>;
  #owned: OwnedPartition[] = [];
  readonly #changes: Change[] = [];
  /** Where in `#owned` the search for the next batch starts: every partition gets its turn. */
  #turn = 0;
  #failure: { readonly problem: unknown } | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: ConsumerOptions, kafka: KafkaOptions) {
    this.#options = options;
    this.#kafka = kafka;
    const { prefix } = kafka;
    const group = prefix + options.group;
    const topics = options.topics.map((topic) => prefix + topic);
    const member = {
      group,
      topics,
      sessionTimeoutMs: kafka.sessionTimeoutMs ?? sessionTimeoutMsDefault,
      heartbeatIntervalMs: kafka.heartbeatIntervalMs ?? heartbeatIntervalMsDefault,
    };
    this.#link = new ClusterLink(kafka);
    this.#member = new GroupMember(member, this.#link, this.#groupReader(group));
    this.#fetcher = new PartitionFetcher(this.#link, topics, {
      fetched: () => this.#wakeReader(),
      failed: (problem) => this.#fail(problem),
    });
    this.#membership = this.#member.run().catch((problem: unknown) => this.#fail(problem));
  }

  async read(): Promise<Delivery | undefined> {
    if (this.#wake !== undefined) throw new Error(`${this.#options.group}: two reads at a time`);
    // Whoever asks for the next delivery has had the time to seek in what was announced before.
    for (const partition of this.#owned) if (partition.state === 'announced') this.#startAtGroup(partition);
    while (!this.#closed) {
      if (this.#failure !== undefined) throw this.#failure.problem;
      const change = this.#changes.shift();
      if (change !== undefined) return this.#announce(change);
      const batch = this.#nextBatch();
      if (batch !== undefined) return { case: 'batch', batch };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  async seek(topic: string, partition: number, offset: number): Promise<void> {
    const name = this.#kafka.prefix + topic;
    const owned = this.#owned.find((one) => one.topic === name && one.partition === partition);
    if (owned === undefined) return;
    const { low, high } = await partitionOffsets(this.#link, name, partition).catch((problem: unknown) => {
      // Closed meanwhile: nothing is this member's any more.
      if (this.#closed) return { low: offset, high: offset };
      throw problem;
    });
    if (offset < low || offset > high)
      throw new RangeError(startOutsideLog(`${name}/${partition}`, offset, { low, high }));
    if (this.#closed || owned.state === 'gone') return;
    owned.readFrom(offset);
    this.#fetcher.changed(this.#owned);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wakeReader();
    this.#fetcher.close();
    await this.#member.leave();
    for (const partition of this.#owned) partition.state = 'gone';
    this.#link.close();
    await this.#membership;
  }

  /** What the group says to this member, at any time. */
  #groupReader(group: string): GroupReader {
    return {
      owned: () => this.#owned.map(({ partition }) => partition),
      assigned: (partitions, kept) => {
        if (!kept) this.#setOwned([]);
        const names = [...partitions].flatMap(([topic, numbers]) =>
          numbers.map((partition) => ({ topic, partition })),
        );
        this.#setOwned(names);
        this.#kafka.onEvent?.({ case: 'joined', group, partitions: names.length });
      },
      lost: () => this.#setOwned([]),
      takeMoved: () => this.#takeMoved(),
      heard: () => this.#kafka.onEvent?.({ case: 'heartbeat', group }),
    };
  }

  #setOwned(names: readonly { readonly topic: string; readonly partition: number }[]): void {
    const stays = (one: OwnedPartition) =>
      names.some(({ topic, partition }) => topic === one.topic && partition === one.partition);
    for (const partition of this.#owned.filter((one) => !stays(one))) {
      partition.state = 'gone';
      this.#changes.push({ case: 'revoked', of: partition });
    }
    const before = this.#owned.filter(stays);
    const has = (name: { readonly topic: string; readonly partition: number }) =>
      before.some(({ topic, partition }) => topic === name.topic && partition === name.partition);
    const gained = names
      .filter((name) => !has(name))
      .map(({ topic, partition }) => new OwnedPartition(topic, partition));
    for (const partition of gained) this.#changes.push({ case: 'assigned', of: partition });
    this.#owned = [...before, ...gained];
    this.#fetcher.changed(this.#owned);
    this.#wakeReader();
  }

  #announce({ case: what, of }: Change): Delivery {
    if (what === 'assigned' && of.state === 'gained') of.state = 'announced';
    return { case: what, topic: of.topic.slice(this.#kafka.prefix.length), partition: of.partition };
  }

  /** Nobody sought: reading starts where the group is, or at the beginning. */
  #startAtGroup(owned: OwnedPartition): void {
    owned.state = 'starting';
    const start = async () => {
      const { topic, partition } = owned;
      const { low, high } = await partitionOffsets(this.#link, topic, partition);
      const offset = (await this.#member.committed(topic, partition)) ?? low;
      if (owned.state !== 'starting') return;
      if (offset < low || offset > high)
        throw new KafkaProblem(outsideLog(`${topic}/${partition}`), false, undefined);
      owned.readFrom(offset);
      this.#fetcher.changed(this.#owned);
    };
    start().catch((problem: unknown) => this.#fail(problem));
  }

  #nextBatch(): Batch | undefined {
    for (let i = 0; i < this.#owned.length; i++) {
      const partition = this.#owned[this.#turn++ % this.#owned.length]!;
      if (!partition.waiting) continue;
      const records = partition.take(this.#options.batchBytes);
      this.#fetcher.taken();
      const topic = partition.topic.slice(this.#kafka.prefix.length);
      const ack = async () => {
        if (partition.state === 'gone') return false;
        partition.moved = records.at(-1)!.offset + 1;
        return true;
      };
      return { topic, partition: partition.partition, records, ack };
    }
    return undefined;
  }

  #takeMoved(): Position[] {
    const moved: Position[] = [];
    // A group that has committed something stays with the brokers for days.
    if (this.#options.isPassing) return moved;
    for (const partition of this.#owned) {
      if (partition.moved === undefined) continue;
      moved.push({ topic: partition.topic, partition: partition.partition, offset: partition.moved });
      partition.moved = undefined;
    }
    return moved;
  }

  #fail(problem: unknown): void {
    if (this.#closed) return;
    this.#failure ??= { problem };
    this.#wakeReader();
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
