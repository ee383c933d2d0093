/** The rights of deploy/acls.json on a real broker. */
import { readFileSync } from 'node:fs';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';

/** One operation on one topic or group, or on all whose names begin so. */
export interface Right {
  readonly resource: 'topic' | 'group';
  /** Without the prefix of this world. */
  readonly name: string;
  readonly prefixed: boolean;
  readonly operation: keyof typeof operations;
}

interface Listed {
  readonly topic?: string;
  readonly group?: string;
  readonly prefixed?: boolean;
  readonly operations: readonly Right['operation'][];
}

/** Kafka's numbers. */
const resourceTypes = { topic: 2, group: 3 } as const;
const operations = {
  Read: 3,
  Write: 4,
  Create: 5,
  Describe: 8,
  DescribeConfigs: 10,
  AlterConfigs: 11,
} as const;
const literal = 3;
const prefixedPattern = 4;
const allow = 3;

const listed = JSON.parse(
  readFileSync(new URL('../../deploy/acls.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly Listed[]>>;

/** Who has rights. */
export const users = Object.keys(listed);

export const rightsOf = (user: string): Right[] =>
  listed[user]!.flatMap(({ topic, group, prefixed = false, operations: each }) =>
    each.map((operation) => ({
      resource: group === undefined ? ('topic' as const) : ('group' as const),
      name: group ?? topic!,
      prefixed,
      operation,
    })),
  );

/** Who asks must be allowed to; a user is called "steadybeat-" and its name. */
export async function grant(
  brokers: readonly string[],
  prefix: string,
  user: string,
  rights: readonly Right[],
): Promise<void> {
  if (rights.length === 0) return;
  const admin = newAdmin(clusterConfig({ brokers, clientId: 'test', prefix: '' }, () => undefined));
  await admin.connect();
  await admin.createAcls({
    acl: rights.map(({ resource, name, prefixed, operation }) => ({
      resourceType: resourceTypes[resource],
      resourceName: prefix + name,
      resourcePatternType: prefixed ? prefixedPattern : literal,
      principal: `User:steadybeat-${user}`,
      host: '*',
      operation: operations[operation],
      permissionType: allow,
    })),
  });
  await admin.disconnect();
}
