import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { anomaliesCodec } from '#runtime/codec/anomalies.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';
import { openForSeconds, testAlert } from './test-alert-command.ts';

const startSecond = 1_800_000_000;

/** A run of the command on a clock that stands still; `refuses` the record that closes the incident. */
function started(t: TestContext, { refuses = false } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 * startSecond });
  const sent: Anomaly[] = [];
  const said: string[] = [];
  const send = async (records: readonly OutgoingRecord[]) => {
    if (refuses && sent.length > 0) throw new Error('the broker is gone');
    for (const { value } of records) {
      const { envelope, body } = anomaliesCodec.open(value!);
      assert.equal(envelope.sequence, sent.length + 1);
      sent.push(anomaliesCodec.decode(envelope, body));
    }
  };
  const transport = { openProducer: async () => ({ send, close: async () => undefined }) };
  const stopping = new AbortController();
  const ended = testAlert(transport, stopping.signal, (line) => said.push(line));
  return { sent, said, stopping, ended };
}

test('the incident is open until Prometheus has seen it, and then over', async (t) => {
  const { sent, said, ended } = started(t);
  await setImmediate();
  t.mock.timers.tick(1000 * openForSeconds - 1);
  await setImmediate();
  assert.deepEqual(
    sent.map(({ transition }) => transition),
    ['opened'],
  );
  assert.match(said[0]!, new RegExp(`^sent ${sent[0]!.incidentId}: `));
  assert.match(said[1]!, new RegExp(`^it is open for ${openForSeconds} s`));
  t.mock.timers.tick(1);
  await ended;
  const [opened, closed] = sent;
  assert.equal(opened!.severity, 'critical');
  assert.equal(opened!.subject, 'test:alert');
  const { incidentId, transition, endSecond, durationSeconds } = closed!;
  assert.deepEqual(
    { incidentId, transition, endSecond, durationSeconds },
    {
      incidentId: opened!.incidentId,
      transition: 'closed',
      endSecond: startSecond + openForSeconds,
      durationSeconds: openForSeconds,
    },
  );
  assert.match(said.at(-1)!, new RegExp(`^closed ${incidentId}: `));
});

test('it is open for longer than a scrape and a look at the rules take, also with the intervals that are shipped', () => {
  const { global } = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')) as {
    global: { scrape_interval: string; evaluation_interval: string };
  };
  const [scrape, evaluation] = [global.scrape_interval, global.evaluation_interval].map((text) =>
    Number(/^(\d+)s$/.exec(text)![1]),
  );
  assert.ok(openForSeconds > Math.max(60, scrape!) + Math.max(60, evaluation!));
});

test('who interrupts it closes it', async (t) => {
  const { sent, said, stopping, ended } = started(t);
  await setImmediate();
  t.mock.timers.tick(7000);
  stopping.abort();
  await ended;
  assert.deepEqual(
    sent.map(({ transition, durationSeconds }) => [transition, durationSeconds]),
    [
      ['opened', 0],
      ['closed', 7],
    ],
  );
  assert.match(said.at(-1)!, /^closed test-alert-/);
});

test('what could not be closed is said to be open', async (t) => {
  const { sent, said, stopping, ended } = started(t, { refuses: true });
  stopping.abort();
  await assert.rejects(ended, /the broker is gone/);
  assert.equal(sent.length, 1);
  assert.match(said.at(-1)!, new RegExp(`^${sent[0]!.incidentId} was not closed`));
});
