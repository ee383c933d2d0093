import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MrtWalker } from '#core/mrt/walk.ts';
import { CheckingVisitor } from './checking-visitor.ts';
import { type Mutation, mutate, mutations } from './mutation.ts';
import { sampleRecords } from './sample-records.ts';

const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const whole = concat(sampleRecords);
const wholeTold = told(whole);

/** What a walk tells of each record, in order; checked on the way. */
function told(bytes: Uint8Array): string[][] {
  const visitor = new CheckingVisitor();
  assert.equal(new MrtWalker(visitor).walk(bytes), bytes.length);
  return recordStarts(bytes).map((start) => visitor.told.get(start) ?? []);
}

function recordStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 12 + view.getUint32(at + 8)) starts.push(at);
  return starts;
}

/** A damaged record between whole ones: these are told as if it were not there. */
function leavesNeighboursAlone(mutation: Mutation): void {
  const all = told(concat([whole, mutate(mutation), whole]));
  assert.deepEqual(all.slice(0, sampleRecords.length), wholeTold);
  assert.deepEqual(all.slice(sampleRecords.length + 1), wholeTold);
}

/** The same bytes, given in pieces, tell the same. */
function tellsTheSameInPieces(damaged: readonly Mutation[], cuts: readonly number[]): void {
  const bytes = concat([...damaged.map(mutate), whole]);
  const visitor = new CheckingVisitor();
  const walker = new MrtWalker(visitor);
  let at = 0;
  for (const cut of [...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]) {
    if (cut >= at) at = walker.walk(bytes, at, cut);
  }
  assert.equal(at, bytes.length);
  assert.deepEqual(
    recordStarts(bytes).map((start) => visitor.told.get(start) ?? []),
    told(bytes),
  );
}

/** Bytes that are no MRT at all end somewhere, without an exception. */
function endsOnAnything(bytes: Uint8Array): void {
  const end = new MrtWalker(new CheckingVisitor()).walk(bytes);
  assert.ok(end >= 0 && end <= bytes.length);
}

/** Runs about `cases` cases of damaged input; fast-check prints the seed of one that fails. */
export function checkDamage(cases: number): void {
  fc.assert(fc.property(mutations, leavesNeighboursAlone), { numRuns: Math.ceil(cases * 0.7) });
  fc.assert(
    fc.property(
      fc.array(mutations, { maxLength: 4 }),
      fc.array(fc.nat(4095), { maxLength: 8 }),
      tellsTheSameInPieces,
    ),
    { numRuns: Math.ceil(cases * 0.2) },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), endsOnAnything), {
    numRuns: Math.ceil(cases * 0.1),
  });
}
