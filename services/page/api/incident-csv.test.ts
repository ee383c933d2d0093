import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvField } from './incident-csv.ts';

test('a field is quoted where it must be, and is never a formula', () => {
  assert.equal(csvField('plain text'), 'plain text');
  assert.equal(csvField('a,b'), '"a,b"');
  assert.equal(csvField('say "x"\r\n'), '"say ""x""\r\n"');
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])
    assert.ok(csvField(formula).includes(`'${formula[0]}`));
  assert.equal(csvField(-1), '-1');
  assert.equal(csvField(undefined), '');
});
