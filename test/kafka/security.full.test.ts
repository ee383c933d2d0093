/** Users, certificates and rights: what is right works, and what is wrong is told in one message. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { clusterConfig, type KafkaOptions, type SaslOptions } from '#runtime/kafka/kafka-options.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';
import { manyBytes, nextBatch, numbered, send, texts } from '../contract/reading.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { JarCluster } from './jar-cluster.ts';
import { missingJars } from './jars.ts';

const password = 'correct';
const topic = { name: 't', partitions: 1, compacted: false };

function properties(certificates: Certificates): Record<string, string> {
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="${password}";`;
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificates.broker,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.ca,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': plain,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': scram,
    'listener.name.ssl.ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:CN=client;User:scram',
  };
}

const scramUsers = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
  '--add-scram',
  `${mechanism}=[name=scram,password=${password}]`,
]);

suite('security', { skip: missingJars() }, () => {
  let cluster: JarCluster;
  let certificates: Certificates;
  let ca: string;

  before(async () => {
    certificates = makeCertificates();
    ca = readFileSync(certificates.ca, 'utf8');
    cluster = await JarCluster.start({
      nodes: 1,
      further: ['SASL_SSL', 'SSL'],
      properties: properties(certificates),
      formatting: scramUsers,
    });
    const transport = await KafkaTransport.open(options({ brokers: cluster.brokers }));
    await transport.ensureTopics([topic]);
    await send(transport, numbered('t', 0, 0, 3));
    await transport.close();
  });
  after(() => cluster.stop());

  const options = (more: Partial<KafkaOptions>): KafkaOptions => ({
    brokers: [cluster.listener('SASL_SSL')],
    clientId: 'test',
    prefix: '',
    heartbeatIntervalMs: 200,
    ...more,
  });
  const as = (mechanism: SaslOptions['mechanism'], username: string, secret = password) =>
    options({ tls: { ca }, sasl: { mechanism, username, password: secret } });

  async function readsAll(kafka: KafkaOptions): Promise<void> {
    const transport = await KafkaTransport.open(kafka);
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });
    try {
      assert.deepEqual(texts((await nextBatch(consumer)).records), ['0', '1', '2']);
    } finally {
      await transport.close();
    }
  }

  test('SCRAM-SHA-512 and SCRAM-SHA-256 over TLS', async () => {
    await readsAll(as('scram-sha-512', 'scram'));
    await readsAll(as('scram-sha-256', 'scram'));
  });

  test('a client certificate', async () => {
    const tls = { ca, ...certificates.client };
    await readsAll(options({ brokers: [cluster.listener('SSL')], tls }));
  });

  test('a wrong password, and a user that is not there', async () => {
    const told = /could not connect: the brokers refuse the user name or the password/;
    await assert.rejects(KafkaTransport.open(as('plain', 'reader', 'wrong')), told);
    await assert.rejects(KafkaTransport.open(as('scram-sha-512', 'scram', 'wrong')), told);
    await assert.rejects(KafkaTransport.open(as('scram-sha-512', 'nobody')), told);
  });

  test('no user where one is asked for, and no TLS', async () => {
    const told = /closed the connection\. .*do the brokers ask for TLS or SASL/;
    await assert.rejects(KafkaTransport.open(options({ tls: { ca } })), told);
    await assert.rejects(KafkaTransport.open(options({})), told);
  });

  test('TLS to a port without', async () => {
    const opened = KafkaTransport.open(options({ brokers: cluster.brokers, tls: { ca } }));
    await assert.rejects(opened, /TLS with the brokers does not come about\. Is that the port for TLS/);
  });

  test('a CA that is not known, and a certificate of the client that is missing', async () => {
    const sasl = { mechanism: 'plain', username: 'reader', password } as const;
    await assert.rejects(
      KafkaTransport.open(options({ tls: {}, sasl })),
      /certificate is not trusted .*Give the CA/,
    );
    const opened = KafkaTransport.open(options({ brokers: [cluster.listener('SSL')], tls: { ca } }));
    await assert.rejects(opened, /certificate/);
  });

  test('rights that are missing are named, one after the other', async () => {
    const reader = as('plain', 'reader');
    await assert.rejects(
      readsAll(reader),
      /not allowed on topic t, or no such topic.*READ, WRITE or DESCRIBE/,
    );
    await allow(cluster, 2, 't');
    await assert.rejects(
      readsAll(reader),
      /not allowed in group g\. Give this user the ACL READ on the group/,
    );
    await allow(cluster, 3, 'g');
    await readsAll(reader);
    const transport = await KafkaTransport.open(reader);
    await assert.rejects(send(transport, numbered('t', 0, 0, 1)), /not allowed on topic t/);
    await assert.rejects(
      transport.ensureTopics([{ ...topic, name: 'new' }]),
      /not allowed on topic new|on the cluster/,
    );
    await transport.ensureTopics([topic]);
    await transport.close();
  });

  test('a certificate that has expired', async () => {
    const expired = await JarCluster.start({
      nodes: 1,
      further: ['SSL'],
      properties: {
        'listener.name.ssl.ssl.keystore.type': 'PEM',
        'listener.name.ssl.ssl.keystore.location': certificates.expiredBroker,
      },
    });
    const opened = KafkaTransport.open(options({ brokers: [expired.listener('SSL')], tls: { ca } }));
    await assert.rejects(opened, /a certificate has expired\. Renew it/);
    await expired.stop();
  });
});

/** READ for the user "reader", on a topic (2) or a group (3). */
async function allow(cluster: JarCluster, resourceType: number, resourceName: string): Promise<void> {
  const plain = { brokers: cluster.brokers, clientId: 'test', prefix: '' };
  const admin = newAdmin(clusterConfig(plain, () => undefined));
  const literal = 3;
  const read = 3;
  const allowed = 3;
  await admin.connect();
  const acl = { principal: 'User:reader', host: '*', operation: read, permissionType: allowed };
  await admin.createAcls({
    acl: [{ resourceType, resourceName, resourcePatternType: literal, ...acl }],
  });
  await admin.disconnect();
}
