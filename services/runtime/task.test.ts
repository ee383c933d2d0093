import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { StateReader, StateWriter } from '#core/state.ts';
import type { Step } from '#core/step.ts';
import { bodyBytesMax } from './codec/codec.ts';
import { deadLettersCodec } from './codec/dead-letters.ts';
import { Task, type TaskDefinition } from './task.ts';
import { bgpUpdates, deadLetters } from './topics.ts';
import type { LogRecord, OutgoingRecord } from './transport/transport.ts';

/** Tells on, to the partition of the first byte, the sum of all first bytes so far. */
class SumStep implements Step<BgpUpdates, { readonly partition: number; readonly sum: number }> {
  #sum = 0;

  apply({ content }: BgpUpdates, emit: (output: { partition: number; sum: number }) => void): void {
    if (content.case !== 'mrtRecords') throw new TypeError(`what is ${content.case}?`);
    this.#sum += content.value[0]!;
    emit({ partition: content.value[0]! % 2, sum: this.#sum });
  }

  save(writer: StateWriter): void {
    writer.u32(this.#sum);
  }

  load(reader: StateReader): void {
    this.#sum = reader.u32();
  }
}

const definition: TaskDefinition<BgpUpdates, { readonly partition: number; readonly sum: number }> = {
  service: 'summer',
  input: bgpUpdates,
  stateVersion: 1,
  createStep: () => new SumStep(),
  publish({ partition, sum }, post) {
    const value: BgpUpdates = { source: 'sum', eventMinute: sum, content: bytes(sum % 256) };
    post.value({ topic: 'sums', codec: bgpUpdates.codec }, partition, 'sum', sum, value);
  },
};

const bytes = (first: number, length = 1) =>
  ({ case: 'mrtRecords', value: new Uint8Array(length).fill(first) }) as const;

/** Records of one producer with sequences 1, 2, ...; parts where the value is large. */
function inputs(producer: string, contents: readonly BgpUpdates['content'][]): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (const content of contents) {
    const value = { source: producer, eventMinute: 7, content };
    records.push(
      ...bgpUpdates.codec.encode({ producer, sequence: records.length + 1, eventMinute: 7 }, value),
    );
  }
  return records;
}

const logged = (values: readonly Uint8Array[], from = 0): LogRecord[] =>
  values.map((value, i) => ({ offset: from + i, key: 'k', value }));

/** "partition:sequence:sum". */
const told = (records: readonly OutgoingRecord[]): string[] =>
  records.map(({ partition, value }) => {
    const { envelope } = bgpUpdates.codec.open(value!);
    assert.equal(envelope.producer, 'summer/5');
    return `${partition}:${envelope.sequence}:${envelope.eventMinute}`;
  });

test('outputs are numbered for each partition', () => {
  const task = new Task(definition, 5);
  const records = task.process(
    logged(
      inputs(
        'p',
        [1, 2, 3, 4].map((n) => bytes(n)),
      ),
    ),
  );
  assert.deepEqual(told(records), ['1:1:1', '0:1:3', '1:2:6', '0:2:10']);
  assert.equal(task.nextOffset, 4);
  assert.equal(task.eventMinute, 7);
});

test('what comes again is dropped, by producer', () => {
  const [a1, a2, a3] = inputs('a', [bytes(1), bytes(2), bytes(3)]) as [Uint8Array, Uint8Array, Uint8Array];
  const [b1] = inputs('b', [bytes(10)]) as [Uint8Array];
  const task = new Task(definition, 5);
  const records = task.process(logged([a1, a2, a1, b1, a2, b1, a3, a3]));
  assert.deepEqual(told(records), ['1:1:1', '0:1:3', '0:2:13', '1:2:16']);
});

test('a gap ends it, and says where', () => {
  const [a1, , a3] = inputs('a', [bytes(1), bytes(2), bytes(3)]);
  const task = new Task(definition, 5);
  assert.throws(() => task.process(logged([a1!, a3!], 30)), {
    message: 'summer/5: bgp.updates/5 offset 31: a sent 3 after 1',
  });
});

test('a step that throws ends it, and says where', () => {
  const task = new Task(definition, 5);
  assert.throws(() => task.process(logged(inputs('a', [{ case: 'tick' }]))), {
    message: 'summer/5: bgp.updates/5 offset 0: what is tick?',
  });
});

test('a task that goes on from its state tells the same, also in the middle of a value in parts', () => {
  const large = bytes(5, 2 * bodyBytesMax + 1);
  const records = logged(inputs('a', [bytes(1), bytes(2), large, bytes(4)]));
  const whole = told(new Task(definition, 5).process(records));
  assert.equal(whole.length, 4);
  for (let cut = 0; cut <= records.length; cut++) {
    const before = new Task(definition, 5);
    const first = told(before.process(records.slice(0, cut)));
    const after = new Task(definition, 5);
    after.load(before.save(), before.nextOffset);
    assert.deepEqual(after.save(), before.save());
    assert.equal(after.nextOffset, cut);
    assert.deepEqual([...first, ...told(after.process(records.slice(cut)))], whole);
  }
});

test('a record that cannot be decoded becomes a dead letter, and the rest goes on', () => {
  const [a1, a2, a3] = inputs('a', [bytes(1), bytes(2), bytes(3)]) as [Uint8Array, Uint8Array, Uint8Array];
  const broken = a2.slice(0, a2.length - 1);
  const records = new Task(definition, 5).process(logged([a1, Uint8Array.of(9, 9), broken, a3], 100));
  const letters = records
    .filter(({ topic }) => topic === deadLetters.topic)
    .map(({ value }) => {
      const { envelope, body } = deadLettersCodec.open(value!);
      return { sequence: envelope.sequence, ...deadLettersCodec.decode(envelope, body) };
    });
  assert.deepEqual(
    letters.map(({ sequence, reason, origin, position }) => [sequence, reason, origin, position]),
    [
      [1, 'record-without-envelope', 'bgp.updates/5', 101],
      [2, 'record-not-decodable', 'bgp.updates/5', 102],
    ],
  );
  assert.deepEqual(told(records.filter(({ topic }) => topic === 'sums')), ['1:1:1', '1:2:4']);
});
