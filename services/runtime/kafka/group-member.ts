import { setTimeout } from 'node:timers/promises';
import type { ClusterLink, Task } from './cluster-link.ts';
import { errorType } from './kafka-problem.ts';
import type { Broker, Cluster } from './mended-kafkajs.ts';
import {
  assignerName,
  assignSticky,
  type Claim,
  decodeAssignment,
  decodeClaim,
  encodeAssignment,
  encodeClaim,
} from './sticky-assigner.ts';

export interface GroupMemberOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Whom a group member works for. */
export interface GroupReader {
  /** The numbers of the partitions that it now owns. */
  owned(): readonly number[];
  /** What it owns from now on; `kept` where the group went from the last generation to this one. */
  assigned(partitions: ReadonlyMap<string, readonly number[]>, kept: boolean): void;
  /** Nothing is its own any more: the group went on without it. */
  lost(): void;
  /** Positions that moved since the last call. */
  takeMoved(): readonly Position[];
  heard(): void;
}

const groupCoordinator = 0;
/** A commit is a courtesy to lag tools and to the next owner of what has no snapshot. */
const commitIntervalMs = 1_000;
const leaveWithinMs = 2_000;

/**
 * Membership in a consumer group, which goes on whatever the reader does: a slow reader is no dead one.
 * kafkajs' own hides errors, ends for good at some, and heartbeats only between batches.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #link: ClusterLink;
  readonly #reader: GroupReader;
  readonly #task: Task;
  #memberId = '';
  /** Of the group as this member knows it; undefined while it is not in. */
  #generation: number | undefined;
  /** The last generation in which it got its partitions. */
  #ownedSince = -1;
  #committedAt = 0;
  #found: { readonly cluster: Cluster; readonly coordinator: Broker } | undefined;
  #pause = new AbortController();
  #ending = false;

  constructor(options: GroupMemberOptions, link: ClusterLink, reader: GroupReader) {
    this.#options = options;
    this.#link = link;
    this.#reader = reader;
    this.#task = { doing: `be in group ${options.group}`, group: options.group, topics: options.topics };
  }

  /** Until `leave`; rejects where it cannot go on. */
  async run(): Promise<void> {
    while (!this.#ending) {
      try {
        await this.#link.use(this.#task, async (cluster) => this.#take(cluster));
      } catch (error) {
        if (!this.#ending) throw error;
      }
    }
  }

  /** So that the others get the partitions at once; without an answer they get them when the session ends. */
  async leave(): Promise<void> {
    this.#ending = true;
    this.#pause.abort();
    // Ends a join that waits for the others.
    if (this.#generation === undefined) this.#link.drop();
    if (this.#memberId === '') return;
    const leaving = this.#link.use(this.#task, async (cluster) => {
      const coordinator = await this.#coordinator(cluster);
      if (this.#generation !== undefined) await this.#commit(coordinator);
      await coordinator.leaveGroup({ groupId: this.#options.group, memberId: this.#memberId });
    });
    const patience = new AbortController();
    await Promise.race([
      leaving.catch(() => undefined),
      setTimeout(leaveWithinMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  /** Where the group says that reading goes on; undefined where it says nothing. */
  async committed(topic: string, partition: number): Promise<number | undefined> {
    return this.#link.use(this.#task, async (cluster) => {
      const coordinator = await this.#coordinator(cluster);
      const topics = [{ topic, partitions: [{ partition }] }];
      const { responses } = await coordinator.offsetFetch({ groupId: this.#options.group, topics });
      const offset = Number(responses[0]!.partitions[0]!.offset);
      return offset < 0 ? undefined : offset;
    });
  }

  /** One turn: joins where it is not in, or else says that it lives. */
  async #take(cluster: Cluster): Promise<void> {
    if (this.#ending) return;
    const coordinator = await this.#coordinator(cluster);
    try {
      if (this.#generation === undefined) await this.#join(cluster, coordinator);
      else await this.#beat(coordinator, this.#generation);
    } catch (error) {
      this.#found = undefined;
      switch (errorType(error)) {
        case 'REBALANCE_IN_PROGRESS':
          // Of the old generation, while that is still possible.
          if (this.#generation !== undefined) await this.#commit(coordinator).catch(() => undefined);
          this.#generation = undefined;
          return;
        case 'UNKNOWN_MEMBER_ID':
          this.#memberId = '';
          this.#forget();
          return;
        case 'ILLEGAL_GENERATION':
          this.#forget();
          return;
        default:
          throw error;
      }
    }
    this.#reader.heard();
    await setTimeout(this.#options.heartbeatIntervalMs, undefined, {
      signal: this.#pause.signal,
      ref: false,
    }).catch(() => undefined);
  }

  #forget(): void {
    this.#generation = undefined;
    this.#ownedSince = -1;
    this.#reader.lost();
  }

  async #beat(coordinator: Broker, generation: number): Promise<void> {
    const { group: groupId } = this.#options;
    await coordinator.heartbeat({ groupId, groupGenerationId: generation, memberId: this.#memberId });
    if (Date.now() - this.#committedAt >= commitIntervalMs) await this.#commit(coordinator);
  }

  async #join(cluster: Cluster, coordinator: Broker): Promise<void> {
    const { group: groupId, topics, sessionTimeoutMs } = this.#options;
    const claim: Claim = { generation: this.#ownedSince, partitions: this.#reader.owned() };
    const joined = await coordinator.joinGroup({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      memberId: this.#memberId,
      groupProtocols: [{ name: assignerName, metadata: encodeClaim(topics, claim) }],
    });
    const { generationId, memberId, leaderId, members } = joined;
    this.#memberId = memberId;
    const groupAssignment = memberId === leaderId ? await this.#assign(cluster, members) : [];
    const synced = await coordinator.syncGroup({ groupId, generationId, memberId, groupAssignment });
    const kept = generationId === this.#ownedSince + 1;
    this.#generation = this.#ownedSince = generationId;
    this.#reader.assigned(decodeAssignment(synced.memberAssignment), kept);
  }

  /** The leader's work: who reads what. */
  async #assign(
    cluster: Cluster,
    members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
  ): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    await cluster.refreshMetadata();
    const partitionsOf = (topic: string) => cluster.findTopicPartitionMetadata(topic).length;
    const counts = new Map(this.#options.topics.map((topic) => [topic, partitionsOf(topic)]));
    const claimants = members.map(({ memberId, memberMetadata }) => ({
      memberId,
      claim: decodeClaim(memberMetadata),
    }));
    const assigned = assignSticky(Math.max(...counts.values()), claimants);
    return [...assigned].map(([memberId, numbers]) => ({
      memberId,
      memberAssignment: encodeAssignment(numbers, counts),
    }));
  }

  async #commit(coordinator: Broker): Promise<void> {
    this.#committedAt = Date.now();
    const moved = this.#reader.takeMoved();
    if (moved.length === 0) return;
    await coordinator.offsetCommit({
      groupId: this.#options.group,
      memberId: this.#memberId,
      groupGenerationId: this.#generation!,
      topics: [...Map.groupBy(moved, ({ topic }) => topic)].map(([topic, positions]) => ({
        topic,
        partitions: positions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      })),
    });
  }

  async #coordinator(cluster: Cluster): Promise<Broker> {
    if (this.#found?.cluster === cluster) return this.#found.coordinator;
    const { group: groupId } = this.#options;
    // Of the broker itself: kafkajs' cluster hides why there is none.
    const broker = await cluster.brokerPool.findConnectedBroker();
    const { coordinator: node } = await broker.findGroupCoordinator({
      groupId,
      coordinatorType: groupCoordinator,
    });
    const coordinator = await cluster.findBroker(node);
    this.#found = { cluster, coordinator };
    return coordinator;
  }
}
