/** The steps of deploy/Dockerfile without an engine: what the image would hold, in a folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const repository = path.join(import.meta.dirname, '../..');

export interface Image {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** "24.21.0". */
  readonly nodeVersion: string;
  readonly user: string;
  /** Without the word `node`, which is the test's own. */
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
}

/** Takes the last stage, and of what is run the installation. Only what the file uses is known here. */
export function buildImage(): Image {
  const instructions = readInstructions();
  const only = (name: string): string => {
    const found = instructions.filter((one) => one.name === name);
    if (found.length !== 1) throw new Error(`${found.length} instructions ${name}`);
    return found[0]!.value;
  };
  const bases = instructions.filter(({ name }) => name === 'FROM').map(({ value }) => value.split(' ')[0]!);
  if (new Set(bases).size !== 1) throw new Error(`not the same base: ${bases.join(', ')}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-image-'));
  for (const file of contextFiles()) copy(file, folder);
  const install = instructions.find(({ name, value }) => name === 'RUN' && value.startsWith('npm '))!.value;
  const run = spawnSync('sh', ['-c', install], { cwd: folder, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${install}: ${run.stderr}`);
  return {
    folder,
    environment: Object.fromEntries(
      only('ENV')
        .split(/\s+/)
        .map((pair) => pair.split('=') as [string, string]),
    ),
    nodeVersion: /^node:([\d.]+)-[a-z]+-slim$/.exec(bases[0]!)![1]!,
    user: only('USER'),
    entrypoint: execForm(only('ENTRYPOINT')),
    healthcheck: execForm(/ CMD (.*)$/.exec(only('HEALTHCHECK'))![1]!),
  };
}

interface Instruction {
  readonly name: string;
  readonly value: string;
}

function readInstructions(): Instruction[] {
  const text = readFileSync(path.join(repository, 'deploy/Dockerfile'), 'utf8').replace(/\\\n\s*/g, ' ');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), value: line.slice(line.indexOf(' ') + 1) }));
}

/** ["node", "a.mjs"] without its node. */
function execForm(value: string): string[] {
  const [program, ...args] = JSON.parse(value) as string[];
  if (program !== 'node') throw new Error(`${value} does not run node`);
  return args;
}

/** What git has, or would have, and .dockerignore leaves. */
export function contextFiles(): string[] {
  const rules = readFileSync(path.join(repository, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => file !== '' && !isIgnored(file, rules));
}

/** The last rule that matches the file, or a folder that it is in, decides. */
function isIgnored(file: string, rules: readonly string[]): boolean {
  const steps = file.split('/');
  const paths = steps.map((_, i) => steps.slice(0, i + 1).join('/'));
  const matches = (pattern: string) =>
    // Docker's * takes names that begin with a dot too.
    paths.some((at) => pattern === '*' || path.matchesGlob(at, pattern));
  const rule = rules.findLast((one) => matches(one.replace(/^!/, '')));
  return rule !== undefined && !rule.startsWith('!');
}

function copy(file: string, folder: string): void {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(path.join(repository, file), target);
}
