import { test } from 'node:test';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { transportSuite } from './transport-suite.ts';

const { brokers, missing } = await testBroker();

if (brokers === undefined) test('transport: Kafka', { skip: missing }, () => undefined);
else
  transportSuite({
    name: 'Kafka',
    sendsNeverWait: true,
    open: () =>
      KafkaTransport.open({
        brokers,
        clientId: 'test',
        prefix: ownPrefix(),
        heartbeatIntervalMs: 100,
      }),
  });
