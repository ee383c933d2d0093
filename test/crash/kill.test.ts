import { test } from 'node:test';
import { killAndCompare, undisturbedTopics } from './killing.ts';

test('kill -9 changes no byte of as.scores and anomalies', async () => {
  await killAndCompare(1, 3, await undisturbedTopics());
});
