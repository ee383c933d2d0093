import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterReady } from './cluster-ready.ts';
import { freePorts } from './free-ports.ts';
import { JarNode } from './jar-node.ts';
import { type NodePorts, type ServerProperties, serverProperties } from './server-properties.ts';

export interface JarClusterOptions {
  readonly nodes: number;
  /** Of the first node; a free one where it is missing. */
  readonly port?: number;
  /** Listeners besides the plain one, by Kafka's names of security protocols; for one node. */
  readonly further?: readonly string[];
  /** Over those that every test broker has. */
  readonly properties?: ServerProperties;
  /** Arguments for Kafka's own formatting of its folder, such as first users. */
  readonly formatting?: readonly string[];
}

const readyWithinMs = 180_000;
const againWithinMs = 60_000;
const startsMax = 3;

/** Brokers of one cluster, from the jars, on loopback, in a folder that goes with this process. */
export class JarCluster {
  readonly nodes: readonly JarNode[];
  readonly #folder: string;
  readonly #further: Readonly<Record<string, number>>;

  private constructor(nodes: readonly JarNode[], folder: string, further: Readonly<Record<string, number>>) {
    this.nodes = nodes;
    this.#folder = folder;
    this.#further = further;
  }

  static async start(options: JarClusterOptions): Promise<JarCluster> {
    const { nodes: count, port, further = [], properties = {}, formatting = [] } = options;
    const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-kafka-'));
    goesWithThisProcess(folder);
    const free = await freePorts(2 * count + further.length);
    const named = Object.fromEntries(further.map((name, i) => [name, free[2 * count + i]!]));
    const ports: NodePorts[] = Array.from({ length: count }, (_, i) => ({
      client: i === 0 && port !== undefined ? port : free[2 * i]!,
      controller: free[2 * i + 1]!,
      further: named,
    }));
    const nodes = ports.map(({ client }, i) => {
      const home = path.join(folder, String(i + 1));
      const all = { ...serverProperties(i + 1, ports, path.join(home, 'data')), ...properties };
      return new JarNode(home, `127.0.0.1:${client}`, all, formatting);
    });
    const cluster = new JarCluster(nodes, folder, named);
    for (const node of nodes) node.start();
    await cluster.ready();
    return cluster;
  }

  /** Addresses for clients. */
  get brokers(): string[] {
    return this.nodes.map((node) => node.address);
  }

  /** The address of a further listener. */
  listener(name: string): string {
    return `127.0.0.1:${this.#further[name]}`;
  }

  /** Waits until all nodes answer. */
  async ready(withinMs = readyWithinMs): Promise<void> {
    const failures = this.nodes.map((node) => node.failed());
    for (const failure of failures) failure.catch(() => undefined);
    await Promise.race([clusterReady(this.brokers, withinMs), ...failures]);
  }

  /**
   * Starts a node that was killed, and waits for it. One that does not come back is killed and started once more, as whoever runs
   * it would do: Kafka's own start hangs now and then, most where the machine is busy.
   */
  async startAgain(node: JarNode): Promise<void> {
    for (let start = 1; ; start++) {
      node.start();
      try {
        return await this.ready(againWithinMs);
      } catch (error) {
        if (start === startsMax)
          throw new Error(`a broker does not start again:\n${node.said()}`, { cause: error });
        await node.kill('SIGKILL');
      }
    }
  }

  /** At once: their folder goes too, and three that stop together in good order wait for each other. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill('SIGKILL')));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * However this process ends, by SIGKILL too: the pipe to the shell closes, and the shell ends
 * the brokers whose process ids are in the folder, and removes the folder.
 */
function goesWithThisProcess(folder: string): void {
  const script = 'cat > /dev/null; kill -9 $(cat "$1"/*/pid) 2> /dev/null; sleep 0.3; rm -rf "$1"';
  const guard = spawn('sh', ['-c', script, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
}
