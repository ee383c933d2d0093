/**
 * `node deploy/acls.mjs USER... | sh` gives these users the rights that deploy/acls.json lists; without a USER it gives all
 * of them theirs. A user of Kafka is named "steadybeat-" and the name there. What is printed are calls of Kafka's own
 * kafka-acls.sh; KAFKA_ACLS may hold how it is called here.
 */
import { readFileSync } from 'node:fs';

const rights = JSON.parse(readFileSync(new URL('acls.json', import.meta.url), 'utf8'));
const prefix = process.env.STEADYBEAT_KAFKA_TOPIC_PREFIX || 'steadybeat.v1.';
const command = process.env.KAFKA_ACLS ?? 'kafka-acls.sh --bootstrap-server 127.0.0.1:9092';
const users = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(rights);

for (const user of users) {
  for (const { topic, group, prefixed, operations } of rights[user]) {
    const resource = group === undefined ? `--topic '${prefix}${topic}'` : `--group '${prefix}${group}'`;
    const pattern = prefixed ? ' --resource-pattern-type prefixed' : '';
    const allowed = operations.map((operation) => `--operation ${operation}`).join(' ');
    process.stdout.write(
      `${command} --add --allow-principal 'User:steadybeat-${user}' ${allowed} ${resource}${pattern}\n`,
    );
  }
}
