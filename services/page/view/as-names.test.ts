import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAsNames } from './as-names.ts';

test("lines of RIPE's asn.txt", () => {
  const names = parseAsNames(
    [
      '0 -Reserved AS-, ZZ',
      '3356 LEVEL3, US',
      'AS131279 RYUGYONG-NET Ryugyong-dong, KP',
      'x',
      '4294967296 N, DE',
      '7 A, b',
    ].join('\n'),
  );
  assert.deepEqual(
    [...names],
    [
      [0, { name: '-Reserved AS-', country: undefined }],
      [3356, { name: 'LEVEL3', country: 'US' }],
      [131_279, { name: 'RYUGYONG-NET Ryugyong-dong', country: 'KP' }],
      [7, { name: 'A, b', country: undefined }],
    ],
  );
});
