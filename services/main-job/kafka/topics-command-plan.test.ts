import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfiguration } from '#runtime/configuration/configuration.ts';
import { topicPlans } from './topics-command-plan.ts';

function inSyncOf(replicas: string): Set<string | undefined> {
  const read = readConfiguration({ STEADYBEAT_KAFKA_REPLICAS: replicas }, undefined);
  assert.equal(read.case, 'right');
  const plans = read.case === 'right' ? topicPlans(read.configuration) : [];
  return new Set(plans.map(({ settings }) => settings['min.insync.replicas']));
}

test('of three copies of any topic two are kept before a record is acknowledged; of fewer that is for the brokers to say', () => {
  assert.deepEqual(inSyncOf('3'), new Set(['2']));
  assert.deepEqual(inSyncOf('5'), new Set(['2']));
  assert.deepEqual(inSyncOf('2'), new Set([undefined]));
  assert.deepEqual(inSyncOf(''), new Set([undefined]));
});
