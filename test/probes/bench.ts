/**
 * What the prober costs: node test/probes/bench.ts [TARGETS [SECONDS]]
 * 10,000 targets a minute, half by TCP and half by DNS, against servers of another process on loopback.
 */
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Target } from '../../services/active-prober/probe.ts';
import { Prober } from '../../services/active-prober/prober.ts';

interface Ports {
  readonly tcp: number;
  readonly dns: number;
}

async function serve(): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
  await once(server, 'listening');
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    query.writeUInt16BE(0x8180, 2);
    socket.send(query, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const ports: Ports = { tcp: (server.address() as AddressInfo).port, dns: socket.address().port };
  process.send!(ports);
}

async function measure(count: number, seconds: number): Promise<void> {
  const child = fork(new URL(import.meta.url), ['serve']);
  const [ports] = (await once(child, 'message')) as [Ports];
  const targets = Array.from({ length: count }, (_, i): Target => {
    const address = `127.${1 + (i >> 14)}.${(i >> 7) & 127}.${1 + (i & 127)}`;
    const base = { address: '127.0.0.1', originAs: 1 + i, everySeconds: 60, timeoutSeconds: 5 };
    return i % 2 === 0
      ? { ...base, kind: 'tcp', port: ports.tcp }
      : { ...base, kind: 'dns', port: ports.dns, name: `${address}.example` };
  });
  const outcomes = new Map<string, number>();
  const prober = new Prober(
    { prober: 'prober:bench', targets, probesPerMinute: 2 * count, concurrent: 1000 },
    {
      now: Date.now,
      originOf: (_, listedAs) => listedAs,
      write: (_, content) => {
        if (content.case !== 'batch') return;
        for (const { outcome } of content.results) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      },
    },
  );
  prober.start();
  const before = process.cpuUsage();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - began) / 1000;
  prober.stop();
  child.kill();
  const cpu = (user + system) / 1e6;
  const { asked, leftOut } = prober.totals;
  const said = [...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join(', ');
  console.log(
    `${asked} probes of ${count} targets in ${wall.toFixed(1)} s (${((60 * asked) / wall).toFixed(0)} a minute): ` +
      `${((100 * cpu) / wall).toFixed(1)} % of one core, ${((1e6 * cpu) / asked).toFixed(0)} µs a probe, ${leftOut} rounds left out; ${said}`,
  );
}

if (process.argv[2] === 'serve') await serve();
else await measure(Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 70));
