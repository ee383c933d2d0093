import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorStamp } from './detector-stamp.ts';

test('the hash is that of the configuration', () => {
  const plain = detectorStamp(undefined);
  assert.match(plain.configurationHash, /^[0-9a-f]{16}$/);
  assert.deepEqual(detectorStamp(undefined), plain);
  const watched = detectorStamp({ hash: 'abc', groups: [], mutes: [] });
  assert.notEqual(watched.configurationHash, plain.configurationHash);
  assert.equal(watched.version, plain.version);
});
