import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterLink } from './cluster-link.ts';
import { GroupMember } from './group-member.ts';

const rebalance = () =>
  Object.assign(new Error('rebalance'), { name: 'KafkaJSProtocolError', type: 'REBALANCE_IN_PROGRESS' });

/** A coordinator whose group goes to its next generation at each join; in `missed` generations nobody gets an assignment. */
function linkTo(missed: readonly number[], last: number): ClusterLink {
  let generationId = 0;
  const broker = {
    findGroupCoordinator: async () => ({ coordinator: { nodeId: 1 } }),
    joinGroup: async ({ groupProtocols }: { groupProtocols: { metadata: Buffer }[] }) => {
      generationId++;
      const members = [{ memberId: 'a', memberMetadata: groupProtocols[0]!.metadata }];
      return { generationId, leaderId: 'a', memberId: 'a', members };
    },
    syncGroup: async ({ groupAssignment }: { groupAssignment: { memberAssignment: Buffer }[] }) => {
      if (missed.includes(generationId)) throw rebalance();
      return groupAssignment[0]!;
    },
    heartbeat: async () => {
      if (generationId < last) throw rebalance();
    },
    leaveGroup: async () => undefined,
  };
  const cluster = {
    brokerPool: { findConnectedBroker: async () => broker },
    refreshMetadata: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
    findBroker: async () => broker,
  };
  const use = (_: unknown, action: (with_: typeof cluster) => Promise<unknown>) => action(cluster);
  return { use, drop: () => undefined } as unknown as ClusterLink;
}

test('a member keeps what it has from one generation to the next, and not over one in which others could get it', async () => {
  const options = { group: 'g', topics: ['t'], sessionTimeoutMs: 1000, heartbeatIntervalMs: 1 };
  const kept: boolean[] = [];
  const done = Promise.withResolvers<void>();
  const member = new GroupMember(options, linkTo([3], 5), {
    owned: () => [0],
    assigned: (_, isKept) => {
      kept.push(isKept);
      if (kept.length === 4) done.resolve();
    },
    lost: () => assert.fail('it was never put out'),
    takeMoved: () => [],
    heard: () => undefined,
  });
  const running = member.run();
  await Promise.race([done.promise, running]);
  await member.leave();
  await running;
  assert.deepEqual(kept, [false, true, false, true], 'generations 1, 2, 4 and 5');
});
