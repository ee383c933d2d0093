import { spawn } from 'node:child_process';
import { type Answer, noReply, type ProbeOptions, proberError, sourceFor, type Target } from './probe.ts';

type PingTarget = Extract<Target, { kind: 'ping' }>;

const packets = 3;

/**
 * Three ICMP echo requests by the system's own `ping`, which may send them without root; Node has no such sockets. A process a
 * target: for tens of thousands of targets, ask by TCP or DNS.
 */
export function probePing(target: PingTarget, options: ProbeOptions): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn('ping', pingArguments(target, options), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    let [out, problem] = ['', ''];
    // Where no descriptor is left there are no pipes either; the error is told below.
    child.stdout?.on('data', (bytes) => {
      out += String(bytes).slice(0, 4096);
    });
    child.stderr?.on('data', (bytes) => {
      problem += String(bytes).slice(0, 4096);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), (target.timeoutSeconds + 2) * 1000);
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.on('error', (error: NodeJS.ErrnoException) =>
      end(proberError(error.code === 'ENOENT' ? 'there is no ping' : String(error.code))),
    );
    child.on('close', (status) => end(answerOfPing(status, out, problem)));
  });
}

/** With a deadline (-w) iputils sends until so many replies came, to hosts that are silent for all of it; so each reply is waited for (-W). */
export function pingArguments({ address, timeoutSeconds }: PingTarget, options: ProbeOptions): string[] {
  const source = sourceFor(address, options);
  const family = address.includes(':') ? '-6' : '-4';
  const wait = Math.max(1, Math.floor(timeoutSeconds));
  const from = source === undefined ? [] : ['-I', source];
  return [family, '-n', '-q', '-c', `${packets}`, '-i', '0.3', '-W', `${wait}`, ...from, address];
}

/** One reply of the three is enough. Status 0: replies came; 1: not all of them, or none; else it could not send (iputils and BusyBox). */
export function answerOfPing(status: number | null, out: string, problem: string): Answer {
  const best = /(?:rtt|round-trip) [^=]*= ([\d.]+)\//.exec(out)?.[1];
  if ((status === 0 || status === 1) && best !== undefined)
    return { outcome: 'reply', rttMicroseconds: Math.max(1, Math.round(Number(best) * 1000)), detail: '' };
  if (status === 1 && / packets transmitted/.test(out) && !/^0 packets/m.test(out)) return noReply();
  return proberError(problem.trim().split('\n')[0] || `ping ended with ${status}`);
}
