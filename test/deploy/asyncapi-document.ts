/** What subscribers are told, made of the contract (proto/) and of the topics as `topics --apply` creates them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { readConfiguration } from '#runtime/configuration/configuration.ts';
import type { TopicPlan } from '#runtime/kafka/topic-settings.ts';
import { topicPlans } from '../../services/main-job/kafka/topics-command-plan.ts';
import { protoSchemas, type Schema } from './proto-schemas.ts';
import { guarantees, type TopicFacts, topicFacts } from './topic-facts.ts';

const bindingVersion = '0.5.0';
const json = 'application/json';
const protobuf = 'application/x-protobuf';

export function asyncApiDocument(version: string): object {
  const read = readConfiguration({}, undefined);
  if (read.case === 'wrong') throw new Error(read.mistakes.join('\n'));
  const { configuration } = read;
  const plans = topicPlans(configuration);
  const all = plans.map((plan) => ({ plan, facts: topicFacts(plan.name) }));
  const entries = <T>(make: (topic: Topic) => T) =>
    Object.fromEntries(all.map((topic) => [channelName(topic), make(topic)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Steadybeat',
      version,
      description: guarantees,
      license: { name: 'MIT' },
      tags: [{ name: 'public' }, { name: 'internal' }],
    },
    defaultContentType: protobuf,
    servers: {
      compose: {
        host: '127.0.0.1:29092',
        protocol: 'kafka',
        description: 'The broker of docker-compose.yml, from the machine that it runs on.',
      },
    },
    channels: entries(({ plan, facts }) => channel(plan, facts, configuration.kafkaTopicPrefix)),
    operations: Object.fromEntries(all.map((topic) => [`send-${channelName(topic)}`, operation(topic)])),
    components: {
      messages: Object.fromEntries(all.map(({ facts }) => [facts.message, messageObject(facts)])),
      schemas: Object.fromEntries(protoSchemas()) as Schema,
    },
  };
}

interface Topic {
  readonly plan: TopicPlan;
  readonly facts: TopicFacts;
}

/** "as-scores". */
const channelName = ({ plan }: Topic): string => plan.name.replaceAll('.', '-');

function channel(plan: TopicPlan, facts: TopicFacts, prefix: string): object {
  return {
    address: `{prefix}${plan.name}`,
    description: facts.description,
    parameters: {
      prefix: {
        default: prefix,
        description: 'STEADYBEAT_KAFKA_TOPIC_PREFIX: name and schema version of this world.',
      },
    },
    messages: { [facts.message]: { $ref: `#/components/messages/${facts.message}` } },
    tags: [{ name: facts.isPublic ? 'public' : 'internal' }],
    bindings: {
      kafka: {
        partitions: plan.partitions,
        topicConfiguration: topicConfiguration(plan.settings),
        bindingVersion,
      },
    },
  };
}

function topicConfiguration(settings: TopicPlan['settings']): object {
  const entries = Object.entries(settings).map(([name, value]) => {
    if (name === 'cleanup.policy') return [name, [value]];
    return [name, Number(value)];
  });
  // What the binding has no place for is in `npm start -- topics`.
  const known = ['cleanup.policy', 'retention.ms', 'max.message.bytes'];
  return Object.fromEntries(entries.filter(([name]) => known.includes(String(name))));
}

const operation = (topic: Topic): object => ({
  action: 'send',
  summary: `${topic.facts.writers} ${topic.facts.writers.includes(' and ') ? 'write' : 'writes'} it.`,
  channel: { $ref: `#/channels/${channelName(topic)}` },
  messages: [{ $ref: `#/channels/${channelName(topic)}/messages/${topic.facts.message}` }],
});

const messageObject = ({ message, key, isJson }: TopicFacts): object => ({
  name: `steadybeat.v1.${message}`,
  contentType: isJson ? json : protobuf,
  description: isJson
    ? 'The ProtoJSON of the message, on one line.'
    : `The bytes of protobuf message steadybeat.v1.${message}; the schema shows its ProtoJSON.`,
  payload: { $ref: `#/components/schemas/${message}` },
  bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion } },
});

export const asyncApiFile = path.join(import.meta.dirname, '../../deploy/asyncapi.yaml');

export function asyncApiText(): string {
  const { version } = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'),
  ) as { version: string };
  const head =
    '# Made of proto/ and of the topics by `node test/deploy/asyncapi.ts`; a test holds it to them.\n';
  return head + stringify(asyncApiDocument(version), { lineWidth: 110, blockQuote: 'literal' });
}
