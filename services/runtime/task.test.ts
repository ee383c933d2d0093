import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { StateReader, StateWriter } from '#core/state.ts';
import type { Step } from '#core/step.ts';
import { bodyBytesMax } from './codec/codec.ts';
import { type DeadLetter, deadLettersCodec } from './codec/dead-letters.ts';
import { type Envelope, openRecord, writeEnvelope } from './codec/envelope.ts';
import { WireWriter } from './codec/wire.ts';
import { SequenceGap } from './sequence-rule.ts';
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

/** The same step behind other tasks. */
const betweenServices = {
  ...definition,
  input: { topic: 'numbers', codec: bgpUpdates.codec, writers: ['adder'] },
};

const envelopeOnly = (producer: string, told: Partial<Envelope>): Uint8Array => {
  const writer = new WireWriter();
  const envelope = { sequence: 1, eventMinute: 0, part: 0, parts: 1, schemaVersion: 1, ...told };
  writeEnvelope(writer, { producer, ...envelope });
  return writer.finish();
};

const lettersOf = (records: readonly OutgoingRecord[]): DeadLetter[] =>
  records
    .filter(({ topic }) => topic === deadLetters.topic)
    .map(({ value }) => {
      const { envelope, body } = deadLettersCodec.open(value!);
      return deadLettersCodec.decode(envelope, body);
    });

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
  const gap = (error: Error) =>
    error instanceof SequenceGap &&
    /^summer\/5: bgp\.updates\/5 offset 31: a sent 3 after 1\. .*: start over under another prefix/.test(
      error.message,
    );
  assert.throws(() => task.process(logged([a1!, a3!], 30)), gap);
});

test('a gap among the records of a task, also before its first, ends it, and says what helps', () => {
  const task = new Task(betweenServices, 5);
  assert.throws(
    () => task.process(logged([envelopeOnly('adder/0', { sequence: 2 })])),
    /summer\/5: numbers\/5 offset 0: adder\/0 sent 2 after 0\. .* reprocess --prefix/,
  );
});

test('between services, what is of no task of the writers is a dead letter, whatever its number', () => {
  const [first, second] = inputs('adder/0', [bytes(1), bytes(2)]) as [Uint8Array, Uint8Array];
  const strangers = ['y', 'y/0', 'adder', 'adder/', 'adder/01', 'adder/x', 'adder/0/0', 'summer/0'];
  const task = new Task(betweenServices, 5);
  const records = task.process(
    logged([
      first,
      envelopeOnly('y', { sequence: 2 }),
      ...strangers.flatMap((name) => inputs(name, [bytes(3)])),
      second,
    ]),
  );
  assert.deepEqual(told(records.filter(({ topic }) => topic === 'sums')), ['1:1:1', '0:1:3']);
  assert.deepEqual(
    lettersOf(records).map(({ reason, position }) => [reason, position]),
    ['y', ...strangers].map((_, i) => ['record-of-unknown-producer', 1 + i]),
  );
  assert.equal(task.duplicates, 0);
});

test('a source whose first record is not there is a dead letter; one that began and has a gap is fatal', () => {
  const task = new Task(definition, 5);
  const letters = lettersOf(
    task.process(logged([envelopeOnly('y', { sequence: 2, eventMinute: 9 }), ...inputs('a', [bytes(1)])])),
  );
  assert.deepEqual(
    letters.map(({ reason, position, length }) => [reason, position, length]),
    [['source-without-first-record', 0, 13]],
  );
  assert.equal(openRecord(letters[0]!.head).envelope.producer, 'y');
  assert.equal(task.eventMinute, 7);
  assert.throws(() => task.process(logged([envelopeOnly('a', { sequence: 3 })], 2)), SequenceGap);
});

test('a part without those before it is a dead letter, and the next value is taken', () => {
  const large = inputs('a', [bytes(5, 2 * bodyBytesMax + 1)]);
  const alone = envelopeOnly('b', { part: 1, parts: 2 });
  const task = new Task(definition, 5);
  const records = task.process(logged([alone, ...large, ...inputs('b', [bytes(1), bytes(2)]).slice(1)]));
  assert.equal(large.length, 3);
  assert.deepEqual(
    lettersOf(records).map(({ reason, position }) => [reason, position]),
    [['part-out-of-order', 0]],
  );
  assert.deepEqual(told(records.filter(({ topic }) => topic === 'sums')), ['1:1:5', '0:1:7']);
});

test('a record of an unknown schema version is a dead letter with its whole head', () => {
  const record = envelopeOnly('a', { schemaVersion: 9, eventMinute: 4_000_000_000 });
  const task = new Task(definition, 5);
  const [letter] = lettersOf(task.process(logged([record], 12)));
  assert.equal(task.eventMinute, 0, 'what cannot be read tells no time');
  assert.deepEqual(letter, {
    reason: 'schema-version-unknown',
    origin: 'bgp.updates/5',
    position: 12,
    head: record,
    length: record.length,
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

test('of much that follows from one record, pieces can be sent before the next is made', () => {
  class ManyTimes extends SumStep {
    *applyInTurns(...[input, emit]: Parameters<SumStep['apply']>): Generator<void> {
      for (let turn = 0; turn < 10_000; turn++) {
        this.apply(input, emit);
        yield;
      }
    }
  }
  const many = { ...definition, createStep: () => new ManyTimes() };
  const records = logged(inputs('p', [bytes(2), bytes(4)]));
  const pieces = [...new Task(many, 5).processInPieces(records)];
  assert.deepEqual(
    pieces.map(({ length }) => length),
    [4096, 4096, 4096, 4096, 3616],
  );
  assert.deepEqual(pieces.flat(), new Task(many, 5).process(records));
  assert.equal(told(pieces.flat()).at(-1), '0:20000:60000');
});
