import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { Passwords } from './passwords.ts';

const header = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function passwordsOf(t: TestContext, users: Readonly<Record<string, string>>): Passwords {
  const passwords = new Passwords();
  passwords.users = new Map(Object.entries(users).map(([name, text]) => [name, hashSync(text, 4)]));
  t.after(() => passwords.close());
  return passwords;
}

test('the right password of a user that there is, and nothing else', async (t) => {
  const passwords = passwordsOf(t, { prometheus: 'correct: hörse', reader: 'other' });
  // Twice: what is remembered is no other than what was computed.
  for (let time = 0; time < 2; time++) {
    assert.equal(await passwords.check(header('prometheus', 'correct: hörse')), 'right');
    for (const wrong of [
      undefined,
      '',
      'Basic',
      'Basic !!!',
      `Bearer ${Buffer.from('prometheus:correct: hörse').toString('base64')}`,
      `Basic ${Buffer.from('prometheus').toString('base64')}`,
      header('prometheus', ''),
      header('prometheus', 'correct: horse'),
      header('prometheus', 'other'),
      header('Prometheus', 'correct: hörse'),
      header('nobody', 'correct: hörse'),
      header('', ''),
      header('__proto__', 'other'),
    ])
      assert.equal(await passwords.check(wrong), 'wrong', wrong);
  }
});

test('who guesses keeps others waiting up to a limit, but nobody who was right once', async (t) => {
  const passwords = passwordsOf(t, { a: 'first' });
  assert.equal(await passwords.check(header('a', 'first')), 'right');
  const guesses = Array.from({ length: 40 }, (_, i) => passwords.check(header('a', `guess ${i}`)));
  assert.equal(await passwords.check(header('a', 'first')), 'right');
  const outcomes = await Promise.all(guesses);
  assert.deepEqual(
    ['wrong', 'busy', 'right'].map((one) => outcomes.filter((outcome) => outcome === one).length),
    [32, 8, 0],
  );
});

test('a changed hash ends what was remembered', async (t) => {
  const passwords = passwordsOf(t, { a: 'first' });
  assert.equal(await passwords.check(header('a', 'first')), 'right');
  passwords.users = new Map([['a', hashSync('second', 4)]]);
  assert.equal(await passwords.check(header('a', 'first')), 'wrong');
  assert.equal(await passwords.check(header('a', 'second')), 'right');
});
