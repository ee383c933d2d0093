import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateReader, StateWriter } from '../state.ts';
import { hashOfPath, PathStore } from './path-store.ts';
import { Dice } from './stream-for-tests.ts';

/** Words of path `number`: 1 to 71 of them, so that some have a rounded capacity. */
const wordsOf = (number: number): Uint32Array =>
  Uint32Array.from({ length: 1 + (number % 71) }, (_, i) => number * 7 + i);

function intern(store: PathStore, number: number): number {
  const words = wordsOf(number);
  return store.intern(words, 0, words.length, hashOfPath(words, 0, words.length));
}

function pathText(store: PathStore, id: number): string {
  const words = new Uint32Array(store.length(id));
  store.copy(id, words, 0);
  return words.join(' ');
}

test('a path has one id while it is held; others go; moved, saved and loaded it stays the same path', () => {
  const dice = new Dice(7);
  let store = new PathStore();
  /** Path number to id, of the paths that are held. */
  let held = new Map<number, number>();
  for (let round = 0; round < 60_000; round++) {
    const number = dice.below(5000);
    const known = held.get(number);
    if (known !== undefined && dice.below(round > 40_000 ? 2 : 20) > 0) held.delete(number);
    else {
      const id = intern(store, number);
      if (known !== undefined) assert.equal(id, known);
      held.set(number, id);
    }
    if (round % 1000 === 0) {
      store.sweep(held.size, () => {
        for (const id of held.values()) store.mark(id);
      });
      assert.equal(store.count, held.size);
    }
    if (round % 10_000 === 9999) {
      const forward = new Map<number, number>();
      store.compact((moved) => {
        for (const [path, id] of held) forward.set(path, moved(id));
      });
      held = forward;
      const writer = new StateWriter();
      store.save(writer);
      store = new PathStore();
      store.load(new StateReader(writer.bytes()));
    }
  }
  for (const [number, id] of held) {
    assert.equal(pathText(store, id), wordsOf(number).join(' '));
    assert.equal(intern(store, number), id);
  }
});

test('a sweep is due when as many paths have come as there were, or half of the routes have gone', () => {
  const store = new PathStore();
  const ids: number[] = [];
  for (let number = 0; number < 1023; number++) ids.push(intern(store, number));
  assert.ok(!store.isSweepDue(1023));
  for (let number = 1023; number < 2000; number++) ids.push(intern(store, number));
  assert.ok(store.isSweepDue(2000));
  store.sweep(2000, () => {
    for (const id of ids) store.mark(id);
  });
  assert.ok(!store.isSweepDue(1001));
  assert.ok(store.isSweepDue(1000));
  for (let number = 2000; number < 4000; number++) intern(store, number);
  assert.ok(store.isSweepDue(2000));
});

test('an arena whose paths are gone is sparse, and small once it is compacted', () => {
  const store = new PathStore();
  for (let number = 0; number < 20_000; number++) intern(store, number);
  const { bytes } = store;
  store.sweep(0, () => {});
  assert.ok(store.isSparse);
  store.compact(() => {});
  assert.ok(store.bytes < bytes / 100);
});
