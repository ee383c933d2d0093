import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateReader, StateWriter } from './state.ts';

test('what was written is read back, however often the buffer grew', () => {
  const writer = new StateWriter();
  for (let i = 0; i < 1000; i++) {
    writer.u8(i & 255);
    writer.u32(0xffffffff - i);
    writer.f64(i / 3);
    writer.text(`AS${i}`);
    writer.array(Uint32Array.of(i, i + 1));
  }
  const reader = new StateReader(writer.bytes());
  for (let i = 0; i < 1000; i++) {
    assert.equal(reader.u8(), i & 255);
    assert.equal(reader.u32(), 0xffffffff - i);
    assert.equal(reader.f64(), i / 3);
    assert.equal(reader.text(), `AS${i}`);
    assert.deepEqual(reader.u32Array(), Uint32Array.of(i, i + 1));
  }
  assert.throws(() => reader.u8(), RangeError);
});
