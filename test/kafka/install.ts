/** `npm run kafka:install`: Apache Kafka for the tests, from Maven Central, checked against the sums kept here. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterReady } from './cluster-ready.ts';
import { freePorts } from './free-ports.ts';
import { bootstrapCheckpoint, classArchive, javaArguments, libraryFolder, wrongJars } from './jars.ts';
import { serverProperties } from './server-properties.ts';

for (const [program, debianPackage] of [
  ['java', 'default-jre-headless'],
  ['mvn', 'maven'],
] as const) {
  if (spawnSync(program, ['-version']).error === undefined) continue;
  console.error(`kafka:install needs ${program} (on Debian: apt-get install ${debianPackage})`);
  process.exit(1);
}

if (wrongJars() !== undefined) fetchJars();
const wrong = wrongJars();
if (wrong !== undefined) {
  console.error(`kafka:install: ${wrong}. Remove ${libraryFolder} and try again.`);
  process.exit(1);
}
if (!existsSync(bootstrapCheckpoint) || !existsSync(classArchive)) await prepare();
console.log(`Apache Kafka is in ${path.dirname(libraryFolder)}; npm run kafka starts it.`);

function fetchJars(): void {
  console.log('kafka:install: 46 jars, 44 MB, from Maven Central');
  const pom = path.join(import.meta.dirname, 'pom.xml');
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${libraryFolder}`];
  const { status } = spawnSync('mvn', ['-B', '-q', '--strict-checksums', '-f', pom, ...goal], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

/** Runs a broker once: keeps what formatting writes, and its classes as the next start wants them. */
async function prepare(): Promise<void> {
  console.log('kafka:install: a first start, so that later ones take a second');
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-kafka-'));
  const [client, controller] = await freePorts(2);
  const data = path.join(folder, 'data');
  const file = path.join(folder, 'server.properties');
  const properties = serverProperties(1, [{ client: client!, controller: controller!, further: {} }], data);
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  writeFileSync(file, lines.join('\n'));
  const format = ['format', '-t', 'MkU3OEVBNTcwNTJENDM2Qk', '-c', file];
  const formatted = spawnSync('java', javaArguments('-Xshare:auto', 'kafka.tools.StorageTool', ...format));
  if (formatted.status !== 0) throw new Error(`formatting failed: ${formatted.stderr}`);
  mkdirSync(path.dirname(bootstrapCheckpoint), { recursive: true });
  copyFileSync(path.join(data, 'bootstrap.checkpoint'), bootstrapCheckpoint);
  const archive = `-XX:ArchiveClassesAtExit=${classArchive}`;
  const broker = spawn('java', javaArguments(archive, 'kafka.Kafka', file), { stdio: 'ignore' });
  await clusterReady([`127.0.0.1:${client}`], 60_000);
  broker.kill('SIGTERM');
  await once(broker, 'exit');
  rmSync(folder, { recursive: true });
}
