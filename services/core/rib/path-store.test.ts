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

test('a path has one id while it is in use; unused ones go; moved, saved and loaded it stays the same path', () => {
  const dice = new Dice(7);
  let store = new PathStore();
  /** Path number to [id, references]. */
  let known = new Map<number, [number, number]>();
  for (let round = 0; round < 60_000; round++) {
    const number = dice.below(5000);
    const entry = known.get(number);
    if (entry !== undefined && dice.below(round > 40_000 ? 2 : 20) > 0) {
      store.release(entry[0]);
      if (--entry[1] === 0) known.delete(number);
    } else {
      const id = intern(store, number);
      if (entry !== undefined) assert.equal(id, entry[0]);
      store.retain(id);
      known.set(number, [id, (entry?.[1] ?? 0) + 1]);
    }
    if (round % 1000 === 0) store.sweep();
    if (round % 10_000 === 9999) {
      const forward = new Map<number, [number, number]>();
      store.compact((moved) => {
        for (const [path, [id, references]] of known) forward.set(path, [moved(id), references]);
      });
      known = forward;
      const writer = new StateWriter();
      store.save(writer);
      store = new PathStore();
      store.load(new StateReader(writer.bytes()));
    }
    assert.equal(store.count, known.size);
  }
  for (const [number, [id]] of known) assert.equal(pathText(store, id), wordsOf(number).join(' '));
});

test('an arena whose paths are gone is sparse, and small once it is compacted', () => {
  const store = new PathStore();
  const ids = Array.from({ length: 20_000 }, (_, number) => intern(store, number));
  const distinct = new Set(ids);
  for (const id of distinct) store.retain(id);
  const { bytes } = store;
  for (const id of distinct) store.release(id);
  store.sweep();
  assert.ok(store.isSparse);
  store.compact(() => {});
  assert.ok(store.bytes < bytes / 100);
});
