import { randomUUID } from 'node:crypto';
import type { Anomaly, Transition } from '#core/contract/anomalies.ts';
import { noFacts } from '#core/detect/evidence.ts';
import { type EventSecond, formatSecond, minuteOf } from '#core/event-time.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { anomalies } from '#runtime/topics.ts';
import { overKafka } from './kafka-command.ts';

/**
 * Sends a test incident through the whole chain: opened and closed at once; the exporter tells of it for long enough
 * that the alert TestAlert fires. Status 1 where the brokers do not take it.
 */
export const testAlertCommand = (configuration: Configuration): Promise<number> =>
  overKafka(configuration, 'test-alert', async (transport) => {
    const producer = await transport.openProducer();
    const now = Math.floor(Date.now() / 1000);
    const incidentId = `test-alert-${formatSecond(now).replaceAll(/[-:]/g, '')}`;
    // A producer of its own: the numbers of the detector's records are not touched.
    const stamp = { producer: `test-alert/${randomUUID()}`, eventMinute: minuteOf(now) };
    const records = (['opened', 'closed'] as const).flatMap((transition, i) =>
      anomalies.codec
        .encode({ ...stamp, sequence: i + 1 }, testIncident(incidentId, transition, now))
        .map((value) => ({ topic: anomalies.topic, partition: 0, key: incidentId, value })),
    );
    await producer.send(records);
    process.stdout.write(
      `sent ${incidentId}: the alert TestAlert should fire within two scrapes, and end some minutes later\n`,
    );
    return 0;
  });

function testIncident(incidentId: string, transition: Transition, second: EventSecond): Anomaly {
  const isClosed = transition === 'closed';
  return {
    incidentId,
    transition,
    ...(isClosed && { closeReason: 'retracted', endSecond: second }),
    kind: 'outageFull',
    // Of no AS, group or transit: nothing else takes it for an outage.
    subject: 'test:alert',
    originAs: 0,
    startSecond: second,
    eventSecond: second,
    durationSeconds: 0,
    severity: 'critical',
    summary: 'A test of the alerts: nothing happened.',
    prefixes: [],
    prefixCount: 0,
    linkedIncidentIds: [],
    evidence: { ...noFacts, rule: 'a test: npm start -- test-alert', phases: [] },
  };
}
