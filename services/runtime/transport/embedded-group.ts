import type { PartitionStorage } from './storage.ts';

/** One partition as one group reads it. */
export class GroupPartition {
  readonly topic: string;
  readonly partition: number;
  readonly storage: PartitionStorage;
  owner: Member | undefined;
  /** Counts the owners: what an earlier owner acknowledges is refused. */
  generation = 0;
  /** The group's position: the next offset that nobody has acknowledged. */
  position: number;
  /** The next offset to deliver to the owner. */
  next = 0;
  /** Bytes of the partition that lie before what is yet to be acknowledged. */
  bytesDone = 0;

  constructor(topic: string, partition: number, storage: PartitionStorage, position: number) {
    this.topic = topic;
    this.partition = partition;
    this.storage = storage;
    this.position = position;
  }

  /** Bytes that wait for the owner; 0 where there is none, as nobody will come for them. */
  get lagBytes(): number {
    return this.owner === undefined ? 0 : this.storage.bytes - this.bytesDone;
  }

  startAt(offset: number): void {
    this.next = offset;
    this.bytesDone = this.storage.bytesBefore(offset);
  }
}

/** What a group tells a member; called from within join and leave. */
export interface Member {
  readonly topics: readonly string[];
  gain(partition: GroupPartition): void;
  lose(partition: GroupPartition): void;
}

/** Members that share the partitions of their topics: each partition has one owner, and stays with it where it can. */
export class Group {
  readonly #members: Member[] = [];
  readonly #partitions = new Map<string, readonly GroupPartition[]>();

  has(topic: string): boolean {
    return this.#partitions.has(topic);
  }

  add(topic: string, partitions: readonly GroupPartition[]): void {
    this.#partitions.set(topic, partitions);
  }

  join(member: Member): void {
    this.#members.push(member);
    this.#assign();
  }

  leave(member: Member): void {
    const index = this.#members.indexOf(member);
    if (index < 0) return;
    this.#members.splice(index, 1);
    this.#assign();
  }

  #assign(): void {
    for (const [topic, partitions] of this.#partitions) {
      const members = this.#members.filter((member) => member.topics.includes(topic));
      const quota = quotas(members, partitions);
      const free: GroupPartition[] = [];
      for (const partition of partitions) {
        const left = partition.owner && quota.get(partition.owner);
        if (left) quota.set(partition.owner!, left - 1);
        else free.push(partition);
      }
      const owners = members.flatMap((member) => Array<Member>(quota.get(member)!).fill(member));
      free.forEach((partition, i) => {
        hand(partition, owners[i]);
      });
    }
  }
}

/** How many partitions each member may have: the same number or one more, which goes to those that have most. */
function quotas(members: readonly Member[], partitions: readonly GroupPartition[]): Map<Member, number> {
  const owned = (member: Member) => partitions.filter((partition) => partition.owner === member).length;
  const byOwned = members.toSorted((a, b) => owned(b) - owned(a));
  const base = Math.floor(partitions.length / members.length);
  const extra = partitions.length % members.length;
  return new Map(byOwned.map((member, i) => [member, i < extra ? base + 1 : base]));
}

function hand(partition: GroupPartition, owner: Member | undefined): void {
  const previous = partition.owner;
  partition.generation++;
  partition.owner = owner;
  previous?.lose(partition);
  if (owner === undefined) return;
  partition.startAt(partition.position);
  owner.gain(partition);
}
