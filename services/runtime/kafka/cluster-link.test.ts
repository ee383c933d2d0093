import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { ClusterLink } from './cluster-link.ts';

test('nothing is connected any more after the end, also where kafkajs tries again', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
  const link = new ClusterLink({ brokers, clientId: 'test', prefix: '' });
  const used = assert.rejects(
    link.use({ doing: 'test' }, async () => undefined),
    /is closed/,
  );
  // It waits for an answer that never comes.
  await once(server, 'connection');
  link.close();
  await used;
  server.close();
  await once(server, 'close');
  assert.equal(sockets.length, 1);
});
