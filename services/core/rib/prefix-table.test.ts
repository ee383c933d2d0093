import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateReader, StateWriter } from '../state.ts';
import { Ipv4PrefixTable, Ipv6PrefixTable, type PrefixTable } from './prefix-table.ts';
import { Dice } from './stream-for-tests.ts';

function restored<T extends PrefixTable>(table: T, empty: T): T {
  const writer = new StateWriter();
  table.save(writer);
  empty.load(new StateReader(writer.bytes()));
  return empty;
}

test('an IPv4 prefix has one id, dense from 0, also after a restore', () => {
  const dice = new Dice(3);
  let table = new Ipv4PrefixTable();
  const ids = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const length = dice.below(33);
    const address = length === 0 ? 0 : ((dice.below(3000) * 1_402_733) & (-1 << (32 - length))) >>> 0;
    const key = `${address}/${length}`;
    const id = table.intern(address, length);
    assert.equal(id, ids.get(key) ?? ids.size, key);
    ids.set(key, id);
    assert.deepEqual([table.firstWord(id), table.length(id)], [address, length]);
    if (round % 7000 === 6999) table = restored(table, new Ipv4PrefixTable());
  }
  assert.equal(table.end, ids.size);
});

test('an IPv6 prefix has one id, whichever of its words tells it from another', () => {
  const dice = new Dice(4);
  let table = new Ipv6PrefixTable();
  const ids = new Map<string, number>();
  for (let round = 0; round < 20_000; round++) {
    const words = [0x20010000 + dice.below(20), dice.below(4), dice.below(4), dice.below(4)] as const;
    const length = 125 + dice.below(4);
    const key = `${words.join(':')}/${length}`;
    const id = table.intern(...words, length);
    assert.equal(id, ids.get(key) ?? ids.size, key);
    ids.set(key, id);
    const copy = new Int32Array(4);
    table.copyAddress(id, copy, 0);
    assert.deepEqual([...copy], [...words]);
    if (round % 7000 === 6999) table = restored(table, new Ipv6PrefixTable());
  }
});
