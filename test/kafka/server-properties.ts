export type ServerProperties = Readonly<Record<string, string>>;

export interface NodePorts {
  readonly client: number;
  readonly controller: number;
  /** Of further listeners, by their names, which are Kafka's names of security protocols. */
  readonly further: Readonly<Record<string, number>>;
}

/** Of one node among those that listen on these ports: broker and controller in one, quick to start and to notice. */
export function serverProperties(
  nodeId: number,
  nodes: readonly NodePorts[],
  dataFolder: string,
): ServerProperties {
  const { client, controller, further } = nodes[nodeId - 1]!;
  const more = Object.entries(further).map(([name, port]) => ({
    name,
    listener: `,${name}://127.0.0.1:${port}`,
  }));
  const moreListeners = more.map(({ listener }) => listener).join('');
  const protocols = [
    'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    ...more.map(({ name }) => `${name}:${name}`),
  ];
  const replicas = String(nodes.length);
  const inSync = String(Math.min(2, nodes.length));
  return {
    'process.roles': 'broker,controller',
    'node.id': String(nodeId),
    'controller.quorum.voters': nodes.map((node, i) => `${i + 1}@127.0.0.1:${node.controller}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}${moreListeners}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${client}${moreListeners}`,
    'listener.security.protocol.map': protocols.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataFolder,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'log.cleaner.threads': '1',
    'num.network.threads': '2',
    'num.io.threads': '2',
    // Quick to notice a broker that is killed, and still true of one that a busy machine holds up.
    'broker.session.timeout.ms': '4000',
    'broker.heartbeat.interval.ms': '500',
    // Kafka's own, of which half was too little where the machine is busy: the quorum elected for a minute.
    'controller.quorum.election.timeout.ms': '1000',
    'controller.quorum.fetch.timeout.ms': '2000',
    'initial.broker.registration.timeout.ms': '180000',
  };
}
