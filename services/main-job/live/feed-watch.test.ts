import assert from 'node:assert/strict';
import test from 'node:test';
import { FeedWatch } from './feed-watch.ts';

function world(isExpected: boolean) {
  const told: string[] = [];
  const state = { now: 1_000_000, messages: 0, isPaused: false };
  const options = {
    now: () => state.now,
    isPaused: () => state.isPaused,
    onEvent: (text: string) => told.push(text),
  };
  const feed = {
    name: 'bmp',
    title: 'BMP',
    messages: () => state.messages,
    isExpected,
    who: () => 'no router is connected',
  } as const;
  const watch = new FeedWatch(options, [feed]);
  /** Looks each second. */
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      state.now += 1000;
      watch.look();
    }
  };
  return { state, told, pass, heardAt: () => watch.heardAt().get('bmp') };
}

test('a feed that falls silent is told once after 60 s, and once that it is heard again', () => {
  const { state, told, pass } = world(false);
  state.messages = 5;
  pass(1);
  pass(59);
  assert.deepEqual(told, []);
  pass(1);
  assert.deepEqual(told, ['BMP: SILENT, nothing heard for 60 s; no router is connected']);
  pass(120);
  state.messages++;
  pass(30);
  assert.deepEqual(told.slice(1), ['BMP: heard again after 181 s']);
  pass(31);
  assert.equal(told.length, 3);
});

test('what is expected is silent from its start on, what has to come first is not before it came', () => {
  const expected = world(true);
  expected.pass(60);
  assert.equal(expected.told.length, 1);
  assert.equal(expected.heardAt(), 1_000_000);
  const awaited = world(false);
  awaited.pass(600);
  assert.deepEqual(awaited.told, []);
  assert.equal(awaited.heardAt(), undefined);
});

test('while nothing is read nobody is silent', () => {
  const { state, told, pass } = world(true);
  state.isPaused = true;
  pass(600);
  state.isPaused = false;
  pass(59);
  assert.deepEqual(told, []);
  pass(1);
  assert.equal(told.length, 1);
});
