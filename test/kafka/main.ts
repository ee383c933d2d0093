/** `npm run kafka`: one real broker on loopback for a developer, until Ctrl-C. Its data goes with it. */
import { JarCluster } from './jar-cluster.ts';
import { whyNoJars } from './jars.ts';

const port = 9092;

const reason = whyNoJars();
if (reason !== undefined) {
  console.error(`kafka: ${reason}`);
  process.exit(1);
}
const cluster = await JarCluster.start({ nodes: 1, port });
console.log(
  `Apache Kafka listens on ${cluster.brokers[0]}; Ctrl-C ends it. For tests: KAFKA_BROKERS=${cluster.brokers[0]}`,
);
const keepRunning = setInterval(() => undefined, 1 << 30);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    clearInterval(keepRunning);
    await cluster.stop();
  });
}
