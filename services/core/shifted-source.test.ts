import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shiftedSource, shiftOf } from './shifted-source.ts';

test('the name of a shifted collector says by how much', () => {
  for (const minutes of [0, 59, 60, 1439, 1440, 6_268_877]) {
    const name = shiftedSource('rrc00', minutes);
    assert.equal(shiftOf(name), minutes, name);
    assert.match(name, /^reconstructed-rrc00\+/);
  }
  assert.equal(shiftedSource('route-views2', 6_268_885), 'reconstructed-route-views2+4353d9h25m');
});

test('other collectors are of now', () => {
  for (const name of ['rrc00', 'route-views2', 'reconstructed-rrc00', 'rrc00+1d0h0m', ''])
    assert.equal(shiftOf(name), undefined);
});
