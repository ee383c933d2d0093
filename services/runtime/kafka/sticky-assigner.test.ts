import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  assignSticky,
  type Claimant,
  decodeAssignment,
  decodeClaim,
  encodeAssignment,
  encodeClaim,
} from './sticky-assigner.ts';

const member = (memberId: string, generation: number, ...partitions: number[]): Claimant => ({
  memberId,
  claim: { generation, partitions },
});
const assigned = (count: number, ...claimants: Claimant[]) =>
  Object.fromEntries(assignSticky(count, claimants));

test('who comes first gets all, who comes later takes as few as possible', () => {
  assert.deepEqual(assigned(4, member('a', -1)), { a: [0, 1, 2, 3] });
  assert.deepEqual(assigned(4, member('a', 1, 0, 1, 2, 3), member('b', -1)), { a: [0, 1], b: [2, 3] });
  assert.deepEqual(assigned(5, member('a', 1, 0, 1, 2, 3, 4), member('b', -1)), { a: [0, 1, 2], b: [3, 4] });
});

test('who leaves is replaced, and the others keep what they have', () => {
  assert.deepEqual(assigned(6, member('a', 2, 0, 1), member('c', 2, 4, 5)), { a: [0, 1, 2], c: [4, 5, 3] });
});

test('of two claims the later generation is right: a member that was away has nothing', () => {
  assert.deepEqual(assigned(2, member('away', 3, 0, 1), member('there', 5, 0, 1)), { away: [1], there: [0] });
  assert.deepEqual(assigned(4, member('away', 3, 0, 1), member('there', 5, 1, 0)), {
    away: [2, 3],
    there: [1, 0].sort(),
  });
});

test('more members than partitions: some have nothing', () => {
  assert.deepEqual(assigned(1, member('a', 1), member('b', 1, 0), member('c', 1)), { a: [], b: [0], c: [] });
});

test('each partition has one owner, all have as many or one more, and a balanced group stays as it is', () => {
  const claimants = fc.uniqueArray(
    fc.record({
      memberId: fc.string({ minLength: 1 }),
      claim: fc.record({
        generation: fc.nat(3),
        partitions: fc.uniqueArray(fc.nat(20)),
      }),
    }),
    { selector: ({ memberId }) => memberId, minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(fc.nat(20), claimants, (count, members) => {
      const first = assignSticky(count, members);
      const all = [...first.values()].flat().sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: count }, (_, i) => i),
      );
      const sizes = [...first.values()].map((numbers) => numbers.length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      const owners = [...first].map(([memberId, partitions]) => member(memberId, 9, ...partitions));
      for (const [memberId, numbers] of assignSticky(count, owners))
        assert.deepEqual(
          numbers,
          first.get(memberId)!.toSorted((a, b) => a - b),
        );
    }),
  );
});

test('claims and assignments come through the wire; a member has the same numbers of every topic', () => {
  const claim = { generation: 7, partitions: [1, 3] };
  assert.deepEqual(decodeClaim(encodeClaim(['a', 'b'], claim)), claim);
  const counts = new Map([
    ['wide', 4],
    ['narrow', 2],
  ]);
  assert.deepEqual(
    decodeAssignment(encodeAssignment([1, 3], counts)),
    new Map([
      ['wide', [1, 3]],
      ['narrow', [1]],
    ]),
  );
  assert.deepEqual(decodeAssignment(Buffer.alloc(0)), new Map());
});
