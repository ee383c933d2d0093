import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MrtWalker } from '#core/mrt/walk.ts';
import { CheckingVisitor } from './checking-visitor.ts';
import { checkDamage } from './damage.ts';
import { sampleRecords } from './sample-records.ts';

test('every sample record is told, none refused', () => {
  for (const [index, bytes] of sampleRecords.entries()) {
    const visitor = new CheckingVisitor();
    const walker = new MrtWalker(visitor);
    // RIB records need the peers before them.
    for (const before of sampleRecords.slice(0, index)) walker.walk(before);
    visitor.told.clear();
    walker.walk(bytes);
    const lines = [...visitor.told.values()].flat();
    assert.deepEqual(
      lines.filter((line) => line.startsWith('refused')),
      [],
      `record ${index}`,
    );
  }
});

test('damaged records never throw, and never change the records beside them', () => checkDamage(3000));
