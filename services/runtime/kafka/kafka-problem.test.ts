import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOutsideLog } from './kafka-problem.ts';

test('a start outside the log says why, and what helps: without a snapshot, with an old one, in a new topic', () => {
  const log = { low: 10, high: 46 };
  const none = startOutsideLog('as.scores/0', 0, log);
  assert.match(
    none,
    /^there is no snapshot .* as\.scores\/0 .* before offset 10 is over its retention\. .*reprocess/,
  );
  assert.doesNotMatch(none, /delete/);
  const old = startOutsideLog('as.scores/0', 4, log);
  assert.match(
    old,
    /snapshot's position in as\.scores\/0, offset 4, .* 10 to 46: the task was away .*reprocess/,
  );
  assert.doesNotMatch(old, /delete/);
  const anew = startOutsideLog('as.scores/0', 47, log);
  assert.match(anew, /offset 47, is outside the log, .*: the topic was made anew\. .*delete all topics/);
});
