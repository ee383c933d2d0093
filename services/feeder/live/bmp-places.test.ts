import assert from 'node:assert/strict';
import test from 'node:test';
import { type BmpGuest, BmpPlaces } from './bmp-places.ts';

function world() {
  let now = 1_000_000;
  const places = new BmpPlaces({
    maxConnections: 6,
    maxConnectionsOfAddress: 3,
    scarceMilliseconds: 10_000,
    now: () => now,
  });
  const left: string[] = [];
  const come = (name: string, address: string, hasTold = false) => {
    const guest: BmpGuest = { address, hasTold: () => hasTold, leave: () => left.push(name) };
    return { guest, verdict: places.take(guest) };
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { places, left, come, pass };
}

test('one address has a few places; the others have theirs', () => {
  const { come } = world();
  const ofOne = ['a', 'b', 'c', 'd'].map((name) => come(name, '192.0.2.1').verdict);
  assert.deepEqual(ofOne, [undefined, undefined, undefined, 'tooManyOfAddress']);
  assert.equal(come('mapped', '::ffff:192.0.2.1').verdict, 'tooManyOfAddress');
  assert.equal(come('other', '192.0.2.2').verdict, undefined);
});

test('a /64 counts as one address, whatever is in it', () => {
  const { come } = world();
  for (const host of ['1', '2', '3']) assert.equal(come(host, `2001:db8::${host}`).verdict, undefined);
  assert.equal(come('4', '2001:db8:0:0:ffff::4%eth0').verdict, 'tooManyOfAddress');
  assert.equal(come('5', '2001:db8:0:1::1').verdict, undefined);
});

test('where no place is left, the one that has told nothing for the longest time gives its own, and who told something never', () => {
  const { left, come, pass } = world();
  come('router', '192.0.2.1', true);
  pass(1);
  for (let i = 2; i <= 6; i++) come(`idle ${i}`, `192.0.2.${i}`);
  pass(9999);
  assert.equal(come('early', '192.0.2.7').verdict, 'noPlaceLeft');
  pass(1);
  assert.equal(come('late', '192.0.2.7').verdict, undefined);
  assert.deepEqual(left, ['idle 2']);
  for (let i = 8; i <= 11; i++) assert.equal(come(`late ${i}`, `192.0.2.${i}`).verdict, undefined);
  assert.equal(come('last', '192.0.2.12').verdict, 'noPlaceLeft');
  assert.deepEqual(left, ['idle 2', 'idle 3', 'idle 4', 'idle 5', 'idle 6']);
});

test('of an address that has all of its places, one of its own is given away, and no other', () => {
  const { left, come, pass } = world();
  come('elsewhere', '192.0.2.9');
  for (const name of ['a', 'b', 'c']) come(name, '192.0.2.1');
  pass(10_000);
  assert.equal(come('d', '192.0.2.1').verdict, undefined);
  assert.deepEqual(left, ['a']);
});

test('while nothing is read nobody could tell anything; a place that was given back is free', () => {
  const { places, left, come, pass } = world();
  const [a] = ['a', 'b', 'c'].map((name) => come(name, '192.0.2.1').guest);
  pass(60_000);
  places.restart();
  assert.equal(come('d', '192.0.2.1').verdict, 'tooManyOfAddress');
  places.giveBack(a!);
  assert.equal(come('d', '192.0.2.1').verdict, undefined);
  assert.deepEqual(left, []);
});
