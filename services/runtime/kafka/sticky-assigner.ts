import { AssignerProtocol } from './mended-kafkajs.ts';

/** What a member says that it owns, and in which generation of the group it got it. */
export interface Claim {
  readonly generation: number;
  /** Numbers of partitions: a member has the same ones of all topics. */
  readonly partitions: readonly number[];
}

export interface Claimant {
  readonly memberId: string;
  readonly claim: Claim;
}

/** Another name is another protocol: members that know only others cannot join the group. */
export const assignerName = 'steadybeat-sticky';
const protocolVersion = 0;

export function encodeClaim(topics: readonly string[], claim: Claim): Buffer {
  const userData = Buffer.from(JSON.stringify(claim));
  return AssignerProtocol.MemberMetadata.encode({ version: protocolVersion, topics: [...topics], userData });
}

export function decodeClaim(metadata: Buffer): Claim {
  const decoded = AssignerProtocol.MemberMetadata.decode(metadata);
  return JSON.parse(decoded!.userData.toString('utf8')) as Claim;
}

/** Each number goes to the topics that have a partition of this number: a member reads the same partitions of all. */
export function encodeAssignment(numbers: readonly number[], counts: ReadonlyMap<string, number>): Buffer {
  const ofTopic = ([topic, count]: [string, number]) => [topic, numbers.filter((number) => number < count)];
  const assignment = Object.fromEntries([...counts].map(ofTopic));
  const userData = Buffer.alloc(0);
  return AssignerProtocol.MemberAssignment.encode({ version: protocolVersion, assignment, userData });
}

export function decodeAssignment(bytes: Buffer): Map<string, readonly number[]> {
  // Whoever has nothing gets no bytes at all.
  if (bytes.length === 0) return new Map();
  return new Map(Object.entries(AssignerProtocol.MemberAssignment.decode(bytes)!.assignment));
}

/**
 * Shares the numbers 0 to count - 1: all members get equally many or one more, and keep what they own
 * where they can. Of two claims to a number the later generation's is true: the other member was away.
 */
export function assignSticky(count: number, claimants: readonly Claimant[]): Map<string, number[]> {
  const owners = trueOwners(count, claimants);
  const owned = (memberId: string) => owners.filter((owner) => owner === memberId).length;
  const order = claimants
    .map(({ memberId }) => memberId)
    .sort((a, b) => owned(b) - owned(a) || (a < b ? -1 : 1));
  const base = Math.floor(count / order.length);
  const extra = count % order.length;
  const quota = new Map(order.map((memberId, i) => [memberId, i < extra ? base + 1 : base]));
  const assigned = new Map<string, number[]>(order.map((memberId) => [memberId, []]));
  const free: number[] = [];
  owners.forEach((owner, number) => {
    const numbers = owner === undefined ? undefined : assigned.get(owner)!;
    if (numbers !== undefined && numbers.length < quota.get(owner!)!) numbers.push(number);
    else free.push(number);
  });
  for (const [memberId, numbers] of assigned)
    numbers.push(...free.splice(0, quota.get(memberId)! - numbers.length));
  return assigned;
}

/** By number; undefined where nobody claims it. */
function trueOwners(count: number, claimants: readonly Claimant[]): (string | undefined)[] {
  const owners = Array<string | undefined>(count).fill(undefined);
  const byGeneration = claimants.toSorted((a, b) => a.claim.generation - b.claim.generation);
  for (const { memberId, claim } of byGeneration) {
    for (const number of claim.partitions) if (number < count) owners[number] = memberId;
  }
  return owners;
}
