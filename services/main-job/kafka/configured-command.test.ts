import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuredCommand } from './configured-command.ts';

const feeder = { case: 'run', service: 'feeder', files: [], isPaced: false, configFile: undefined } as const;

test('a feeder that has nothing to feed is wrong, whether it is to run or to be checked', async (t) => {
  const said: string[] = [];
  const write = t.mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0);
  const statuses = [
    await configuredCommand({ ...feeder, only: undefined }),
    await configuredCommand({ ...feeder, only: 'check' }),
  ];
  write.mock.restore();
  assert.deepEqual(statuses, [2, 2]);
  assert.equal(said.length, 2);
  for (const line of said) assert.match(line, /run feeder needs a FILE/);
});

test('what is to be fed is in order', async (t) => {
  const said: string[] = [];
  const write = t.mock.method(process.stdout, 'write', (text: string) => said.push(text) > 0);
  const status = await configuredCommand({ ...feeder, files: ['a.gz'], only: 'check' });
  write.mock.restore();
  assert.deepEqual([status, said], [0, ['the settings are in order\n']]);
});
