/** deploy/README.md says what is so. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Field, fields } from '#runtime/configuration/schema.ts';
import { topicSpecs } from '#runtime/topics.ts';
import { probeServiceNames, serviceNames } from '../../services/main-job/command.ts';
import { topicsOf } from '../../services/main-job/kafka/run-command-services.ts';
import { type Right, rightsOf, users } from '../kafka/acl-rights.ts';

const deploy = path.join(import.meta.dirname, '../../deploy');
const textOf = (name: string) => readFileSync(path.join(deploy, name), 'utf8');
const guide = textOf('README.md');
const none = (found: readonly string[]) => assert.deepEqual(found, []);

test('every setting, its default and its meaning', () => {
  const rows = Object.values(fields).map(({ environment, default: standard, means }: Field) => {
    const shown = standard === undefined ? '' : `\`${standard}\``;
    return `| \`${environment}\` | ${shown.replaceAll('|', '\\|')} | ${means} |`;
  });
  none(rows.filter((row) => !guide.includes(`${row}\n`)));
});

test('no setting that there is not, in anything that is deployed', () => {
  const known = new Set<string>(Object.values(fields).map(({ environment }) => environment));
  const files = execFileSync('git', ['ls-files', '.', '../docker-compose.yml'], {
    cwd: deploy,
    encoding: 'utf8',
  });
  const found = files
    .trimEnd()
    .split('\n')
    .flatMap((file) => textOf(file).match(/STEADYBEAT_[A-Z_]+/g) ?? [])
    .filter((name) => !known.has(name));
  none(found);
});

test('every right of every user', () => {
  const rows = users.map((user) => {
    const rights = Object.values(
      Object.groupBy(rightsOf(user), ({ resource, name }) => `${resource} ${name}`),
    );
    return `| \`${user}\` | ${rights.map((same) => rightText(same!)).join('; ')} |`;
  });
  none(rows.filter((row) => !guide.includes(`${row}\n`)));
});

function rightText(same: readonly Right[]): string {
  const { resource, name, prefixed } = same[0]!;
  return `${same.map(({ operation }) => operation).join(', ')} on ${resource} \`${name}${prefixed ? '*' : ''}\``;
}

test('every service has rights on its topics, and on no others', () => {
  for (const service of [...serviceNames, ...probeServiceNames]) {
    const topics = rightsOf(service).filter(({ resource }) => resource === 'topic');
    assert.deepEqual(new Set(topics.map(({ name }) => name)), new Set(topicsOf(service)), service);
  }
});

test('rights as calls of kafka-acls.sh', () => {
  const env = { ...process.env, STEADYBEAT_KAFKA_TOPIC_PREFIX: 'p.', KAFKA_ACLS: 'kafka-acls.sh' };
  const printed = execFileSync(process.execPath, ['acls.mjs'], { cwd: deploy, env, encoding: 'utf8' });
  for (const user of users)
    for (const { resource, name, prefixed, operation } of rightsOf(user)) {
      const pattern = prefixed ? ' --resource-pattern-type prefixed' : '';
      const call = printed
        .split('\n')
        .find(
          (line) =>
            line.includes(`'User:steadybeat-${user}'`) &&
            line.endsWith(`--${resource} 'p.${name}'${pattern}`),
        );
      assert.ok(call?.includes(` --operation ${operation} `), `${user}: ${operation} on ${resource} ${name}`);
    }
});

test('every service is told of, and every topic that is named is one', () => {
  none([...serviceNames, ...probeServiceNames].filter((name) => !guide.includes(`| \`${name}\` |`)));
  const topics = topicSpecs({ updatePartitions: 1, blockPartitions: 1 }).map(({ name }) => name);
  const named = [...guide.matchAll(/`((?:bgp|route|as|probe|dead)\.[a-z]+|snapshots\.[a-z-]+)`/g)];
  none(named.map(([, name]) => name!).filter((name) => !topics.includes(name)));
});

test('the ports are those of docker-compose.yml', () => {
  const { services } = parse(textOf('../docker-compose.yml'), { merge: true }) as {
    readonly services: Readonly<Record<string, { readonly ports?: readonly string[] }>>;
  };
  const ports = Object.entries(services).flatMap(([name, { ports: own = [] }]) =>
    own.map((port) => `${name} ${port.split(':')[1]}`),
  );
  none(ports.filter((port) => !guide.toLowerCase().replace(/\s+/g, ' ').includes(port)));
});
