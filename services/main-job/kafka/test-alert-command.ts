import { randomUUID } from 'node:crypto';
import timers from 'node:timers/promises';
import type { Anomaly, Transition } from '#core/contract/anomalies.ts';
import { noFacts } from '#core/detect/evidence.ts';
import { type EventSecond, formatSecond, minuteOf } from '#core/event-time.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { anomalies } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { stopOnSignal } from '../signals.ts';
import { overKafka } from './kafka-command.ts';

/**
 * The incident is open for so long: Prometheus sees it where it scrapes once a minute and looks at its rules once a minute, with
 * half a minute to spare. What deploy/prometheus ships does both four times as often.
 */
export const openForSeconds = 150;

/** Sends a test incident through the whole chain. Status 1 where the brokers do not take it. */
export const testAlertCommand = (configuration: Configuration): Promise<number> =>
  overKafka(configuration, 'test-alert', async (transport) => {
    const stopping = new AbortController();
    stopOnSignal(() => stopping.abort());
    await testAlert(transport, stopping.signal, (line) => process.stdout.write(`${line}\n`));
    return 0;
  });

/** Opens the incident, waits until it has been seen, or until somebody does not want to wait, and closes it. */
export async function testAlert(
  transport: Pick<Transport, 'openProducer'>,
  stopped: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const producer = await transport.openProducer();
  const startSecond = nowSecond();
  const id = `test-alert-${formatSecond(startSecond).replaceAll(/[-:]/g, '')}`;
  // A producer of its own: the numbers of the detector's records are not touched.
  const name = `test-alert/${randomUUID()}`;
  const tell = (transition: Transition, sequence: number) => {
    const stamp = { producer: name, eventMinute: minuteOf(nowSecond()), sequence };
    const values = anomalies.codec.encode(stamp, testIncident(id, transition, startSecond));
    return producer.send(values.map((value) => ({ topic: anomalies.topic, partition: 0, key: id, value })));
  };
  await tell('opened', 1);
  say(`sent ${id}: the alert TestAlert should fire when Prometheus has scraped and looked at its rules once`);
  say(
    `it is open for ${openForSeconds} s, enough where each of the two is done once a minute; Ctrl-C ends it`,
  );
  // What is interrupted is closed like any other.
  await timers.setTimeout(1000 * openForSeconds, undefined, { signal: stopped }).catch(() => undefined);
  try {
    await tell('closed', 2);
  } catch (error) {
    say(`${id} was not closed and is shown as open; its alert ends an hour after its start`);
    throw error;
  }
  say(`closed ${id}: the alert ends some minutes later`);
}

const nowSecond = (): EventSecond => Math.floor(Date.now() / 1000);

function testIncident(incidentId: string, transition: Transition, startSecond: EventSecond): Anomaly {
  const eventSecond = nowSecond();
  return {
    incidentId,
    transition,
    ...(transition === 'closed' && { closeReason: 'retracted', endSecond: eventSecond }),
    kind: 'outageFull',
    // Of no AS, group or transit: nothing else takes it for an outage.
    subject: 'test:alert',
    originAs: 0,
    startSecond,
    eventSecond,
    durationSeconds: eventSecond - startSecond,
    severity: 'critical',
    summary: 'A test of the alerts: nothing happened.',
    prefixes: [],
    prefixCount: 0,
    linkedIncidentIds: [],
    evidence: { ...noFacts, rule: 'a test: npm start -- test-alert', phases: [] },
  };
}
