/**
 * Apache Kafka's own jars, in a folder of the repository that git ignores. `npm run kafka:install` fetches them;
 * tests only look for them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const repository = path.join(import.meta.dirname, '../..');
const cache = path.join(repository, '.kafka');
export const libraryFolder = path.join(cache, 'libs');
/** What a broker reads once, at its first start: the features that a new cluster has. */
export const bootstrapCheckpoint = path.join(cache, 'bootstrap.checkpoint');
/** The classes of a broker as the Java machine wants them: a start takes a third of the time. */
export const classArchive = path.join(cache, 'kafka.jsa');

/** Small and quick to start rather than fast for long. */
const javaOptions = [
  '-Xmx256m',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

/** Arguments of `java` that run a class of the jars. */
export const javaArguments = (archive: string, main: string, ...rest: string[]): string[] => [
  ...javaOptions,
  archive,
  '-cp',
  path.join(libraryFolder, '*'),
  main,
  ...rest,
];

/** The SHA-256 of each jar, by name. */
function expectedSums(): Map<string, string> {
  const lines = readFileSync(path.join(import.meta.dirname, 'jars.sha256'), 'utf8')
    .trim()
    .split('\n');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** What is wrong with the jars that are there; undefined where nothing is. */
export function wrongJars(): string | undefined {
  const sums = expectedSums();
  const there = existsSync(libraryFolder) ? readdirSync(libraryFolder) : [];
  const missing = [...sums.keys()].filter((name) => !there.includes(name));
  if (missing.length > 0) return `${missing.length} of ${sums.size} jars are missing`;
  const changed = there.filter((name) => sums.get(name) !== sumOf(path.join(libraryFolder, name)));
  return changed.length > 0 ? `not what was expected: ${changed.join(', ')}` : undefined;
}

/** Why no broker can be started from the jars; undefined where one can. */
export function whyNoJars(): string | undefined {
  if (spawnSync('java', ['-version']).status !== 0) return 'there is no Java (17 or newer)';
  if (!existsSync(bootstrapCheckpoint) || !existsSync(classArchive))
    return 'the jars of Apache Kafka are not here: npm run kafka:install';
  return undefined;
}

/** For tests that need brokers of their own, to kill them or to set them up: `skip` of a test. */
export function missingJars(): string | false {
  const reason = whyNoJars();
  return reason !== undefined && `no Kafka of its own: ${reason}`;
}

const sumOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
