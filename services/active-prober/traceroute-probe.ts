import { spawn } from 'node:child_process';
import { probePing } from './ping-probe.ts';
import { type Answer, noReply, type ProbeOptions, sourceFor, type Target } from './probe.ts';

type TracerouteTarget = Extract<Target, { kind: 'traceroute' }>;

/** Hops asked at a time, each by a process; one wave of them without an answer ends the walk. */
const waveHops = 8;
const mostHops = 32;
const waveSeconds = 1;

/**
 * A traceroute's last hop: where the target is silent, who on the way to it was the last to answer. It asks by the system's own `ping` as
 * probePing does, with growing TTLs, and walks only where three requests had no reply: so a target that answers costs no more than a ping.
 */
export async function probeTraceroute(target: TracerouteTarget, options: ProbeOptions): Promise<Answer> {
  const answer = await probePing({ ...target, kind: 'ping' }, options);
  return answer.outcome === 'noReply' ? noReply(await lastHop(target.address, options)) : answer;
}

async function lastHop(address: string, options: ProbeOptions): Promise<string> {
  let last: string | undefined;
  for (let first = 1; first <= mostHops; first += waveHops) {
    const hops = Array.from({ length: waveHops }, (_, i) => first + i);
    const answers = await Promise.all(
      hops.map(async (hop) => ({ hop, answer: await hopAt(address, hop, options) })),
    );
    let hasAnswer = false;
    for (const { hop, answer } of answers) {
      if (answer === undefined) continue;
      hasAnswer = true;
      // A router without a way on answers for all hops behind it, though not each time.
      last = answer.isOnTheWay ? `${answer.from}, hop ${hop}` : `${answer.from}, which has no way on`;
    }
    if (!hasAnswer) break;
  }
  return last === undefined ? 'no hop answers' : `the last to answer is ${last}`;
}

interface HopAnswer {
  readonly from: string;
  /** The request's hops came to an end there; else there is no way on. */
  readonly isOnTheWay: boolean;
}

/** Who answers a request that may go so many hops; undefined where nobody does, or the system's ping does not say. */
function hopAt(address: string, hop: number, options: ProbeOptions): Promise<HopAnswer | undefined> {
  const { promise, resolve } = Promise.withResolvers<HopAnswer | undefined>();
  const child = spawn('ping', hopArguments(address, hop, options), {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  });
  let out = '';
  child.stdout?.on('data', (bytes) => {
    out += String(bytes).slice(0, 4096);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), (waveSeconds + 1) * 1000);
  child.on('error', () => resolve(undefined));
  child.on('close', () => resolve(hopIn(out)));
  return promise.finally(() => clearTimeout(timer));
}

export function hopArguments(address: string, hop: number, options: ProbeOptions): string[] {
  const source = sourceFor(address, options);
  const from = source === undefined ? [] : ['-I', source];
  const family = address.includes(':') ? '-6' : '-4';
  return [family, '-n', '-c', '1', '-W', `${waveSeconds}`, '-t', `${hop}`, ...from, address];
}

/** "From 192.0.2.1 icmp_seq=1 Time to live exceeded", and the same of an unreachable host (iputils). */
export function hopIn(out: string): HopAnswer | undefined {
  const match = /^From ([0-9a-f.:]+)(?:%\S+)? icmp_seq=\d+ (.*)$/im.exec(out);
  return match === null ? undefined : { from: match[1]!, isOnTheWay: match[2]!.includes('exceeded') };
}
