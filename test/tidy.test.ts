/** Rules of the house that no other tool holds. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const linesPerFile = 400;
const libraries = ['core', 'runtime', 'page', 'scenario'];

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const sources = tracked.filter((file) => /\.(ts|mjs)$/.test(file) && !file.startsWith('proto/gen/'));
const documents = tracked.filter((file) => file.endsWith('.md'));
const textOf = (file: string): string => readFileSync(file, 'utf8');

/** Fails with every place at once, so that one run shows all there is to mend. */
function none(found: readonly string[]): void {
  assert.deepEqual(found, []);
}

test('the top level holds what it was given, and the small files a repository needs', () => {
  const allowed = new Set([
    ...[
      'services',
      'proto',
      'deploy',
      'test',
      'docker-compose.yml',
      'package.json',
      'tsconfig.json',
      'README.md',
    ],
    ...['package-lock.json', 'tsconfig.base.json', 'biome.json', 'knip.json', 'LICENSE', 'CHANGELOG.md'],
    ...['ARCHITECTURE.md', '.dockerignore', '.gitignore', '.editorconfig', '.npmrc', '.ci'],
  ]);
  none([...new Set(tracked.map((file) => file.split('/')[0]!))].filter((name) => !allowed.has(name)));
});

test('files say what they define', () => {
  none(tracked.filter((file) => /(^|\/)(index|utils?|helpers?|common|manager|misc)\.(ts|mjs)$/.test(file)));
  none(sources.filter((file) => !/^[a-z0-9][a-z0-9.-]*\.(ts|mjs)$/.test(basename(file))));
});

test(`a file has at most ${linesPerFile} lines`, () => {
  none(sources.filter((file) => textOf(file).split('\n').length > linesPerFile));
});

test('the core and the scenarios know no clock and no chance of their own', () => {
  const pure = sources.filter(
    (file) => /^services\/(core|scenario)\//.test(file) && !file.endsWith('.test.ts'),
  );
  none(pure.filter((file) => /Math\.random|performance\.now|\bsetTimeout\b|\bconsole\./.test(textOf(file))));
});

test('processes meet in topics only; the main job alone puts them together', () => {
  const processes = new Set(
    sources
      .filter((file) => file.startsWith('services/'))
      .map((file) => file.split('/')[1]!)
      .filter((name) => !libraries.includes(name)),
  );
  const found: string[] = [];
  for (const file of sources.filter((name) => name.startsWith('services/') && !name.endsWith('.test.ts'))) {
    const own = file.split('/')[1]!;
    if (own === 'main-job') continue;
    for (const target of relativeImports(file)) {
      const other = target.split('/')[1]!;
      if (other !== own && (processes.has(other) || target.startsWith('services/')))
        found.push(`${file} -> ${target}`);
    }
  }
  none(found);
});

test('only the codec sees both the contract and its wire form', () => {
  none(
    sources.filter(
      (file) =>
        file.startsWith('services/') &&
        /from '#proto\//.test(textOf(file)) &&
        !/^services\/runtime\/(codec|snapshot)/.test(file),
    ),
  );
});

test('one module alone loads kafkajs, so that its faults are mended first', () => {
  const loads = sources.filter((file) => /['"]kafkajs['"/]/.test(textOf(file)));
  none(
    loads.filter(
      (file) => !/^(services\/runtime\/kafka\/mended-kafkajs(\.test)?\.ts|deploy\/examples\/.*)$/.test(file),
    ),
  );
});

test('one module alone knows prom-client', () => {
  const loads = sources.filter((file) => /['"]prom-client['"/]/.test(textOf(file)));
  none(loads.filter((file) => file !== 'services/runtime/metrics/metrics.ts'));
});

test('one word per thing', () => {
  const banned: readonly [RegExp, string][] = [
    [/\bneighbou?r/i, 'peer'],
    [/\bvantage point/i, 'peer'],
    [/\b(TODO|FIXME|XXX)\b/, 'an issue'],
  ];
  const found: string[] = [];
  for (const file of sources.filter((name) => name !== 'test/tidy.test.ts')) {
    for (const [pattern, instead] of banned) {
      if (pattern.test(textOf(file))) found.push(`${file}: ${pattern.source}: say ${instead}`);
    }
  }
  none(found);
});

test('a document has one title, and its links lead somewhere', () => {
  const found: string[] = [];
  for (const file of documents) {
    const text = textOf(file).replace(/```[\s\S]*?```/g, '');
    if ((text.match(/^# /gm) ?? []).length !== 1) found.push(`${file}: not one title`);
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(dirname(file), target!))) found.push(`${file}: no ${target}`);
    }
  }
  none(found);
});

test('every folder and file that a document names in code quotes exists', () => {
  const found: string[] = [];
  for (const file of documents.filter((name) => name !== 'CHANGELOG.md')) {
    for (const [, path] of textOf(file).matchAll(/`((?:services|proto|test|deploy)\/[\w./-]*)`/g)) {
      if (!existsSync(path!)) found.push(`${file}: no ${path}`);
    }
  }
  none(found);
});

test('every npm script that a document names exists', () => {
  const scripts = Object.keys((JSON.parse(textOf('package.json')) as { scripts: object }).scripts);
  const found: string[] = [];
  for (const file of documents) {
    for (const [, name] of textOf(file).matchAll(/npm run ([\w:-]+)/g)) {
      if (!scripts.includes(name!)) found.push(`${file}: no script ${name}`);
    }
  }
  none(found);
});

function relativeImports(file: string): string[] {
  return [...textOf(file).matchAll(/from '(\.{1,2}\/[^']+)'/g)].map(([, target]) =>
    normalize(join(dirname(file), target!)),
  );
}
