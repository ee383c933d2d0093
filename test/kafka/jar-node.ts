import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrapCheckpoint, classArchive, javaArguments } from './jars.ts';
import type { ServerProperties } from './server-properties.ts';

const clusterId = 'MkU3OEVBNTcwNTJENDM2Qk';
const archive = `-XX:SharedArchiveFile=${classArchive}`;

const linesShown = 60;

/** One broker, a Java process over a folder of its own. */
export class JarNode {
  readonly address: string;
  readonly #home: string;
  readonly #log: string;
  #process: ChildProcess | undefined;

  /** `formatting` are arguments for Kafka's own formatting, such as first users. */
  constructor(home: string, address: string, properties: ServerProperties, formatting: readonly string[]) {
    this.address = address;
    this.#home = home;
    this.#log = path.join(home, 'broker.log');
    mkdirSync(path.join(home, 'data'), { recursive: true });
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
    writeFileSync(this.#properties, lines.join('\n'));
    if (formatting.length > 0) this.#format(formatting);
    else this.#writeFormatted(properties['node.id']!);
  }

  get #properties(): string {
    return path.join(this.#home, 'server.properties');
  }

  get #pidFile(): string {
    return path.join(this.#home, 'pid');
  }

  start(): void {
    const log = openSync(this.#log, 'a');
    const command = javaArguments(archive, 'kafka.Kafka', this.#properties);
    this.#process = spawn('java', command, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process.unref();
    writeFileSync(this.#pidFile, String(this.#process.pid));
  }

  /** Ends the broker and waits for it; SIGKILL is the crash that tests want. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    child.kill(signal);
    await once(child, 'exit');
    // Its number may become another's.
    rmSync(this.#pidFile);
  }

  /** Rejects when the broker ends though nobody asked it to. */
  async failed(): Promise<never> {
    const child = this.#process!;
    await once(child, 'exit');
    throw new Error(`the broker ended with ${child.exitCode ?? child.signalCode}:\n${this.said()}`);
  }

  /** The last lines of its log. */
  said(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-linesShown).join('\n');
  }

  #format(formatting: readonly string[]): void {
    const tool = ['format', '-t', clusterId, '-c', this.#properties, ...formatting];
    const { status, stderr } = spawnSync('java', javaArguments(archive, 'kafka.tools.StorageTool', ...tool));
    if (status !== 0) throw new Error(`the broker's folder could not be formatted: ${stderr}`);
  }

  /** What Kafka's own formatting would write, without a second for a Java process. */
  #writeFormatted(nodeId: string): void {
    const directory = randomBytes(16).toString('base64url');
    const meta = ['version=1', `cluster.id=${clusterId}`, `node.id=${nodeId}`, `directory.id=${directory}`];
    writeFileSync(path.join(this.#home, 'data/meta.properties'), `${meta.join('\n')}\n`);
    copyFileSync(bootstrapCheckpoint, path.join(this.#home, 'data/bootstrap.checkpoint'));
  }
}
