import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { Target } from './probe.ts';
import { hopArguments, hopIn, probeTraceroute } from './traceroute-probe.ts';
import { readWatchList } from './watch-list.ts';

const base = { address: '198.51.100.9', originAs: 64_500, everySeconds: 60, timeoutSeconds: 1 };
const target: Extract<Target, { kind: 'traceroute' }> = { ...base, kind: 'traceroute' };

/** A ping that speaks as iputils does: `cases` are arms of a shell `case` by TTL, 0 of the whole way. */
async function answerOf(t: test.TestContext, cases: string) {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-traceroute-'));
  const before = process.env.PATH;
  t.after(() => {
    process.env.PATH = before;
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'ping');
  const ttl = 'ttl=0; while [ $# -gt 0 ]; do [ "$1" = -t ] && ttl=$2; shift; done';
  const ending = 'echo; echo "1 packets transmitted, 0 received, 100% packet loss, time 0ms"; exit 1';
  writeFileSync(path, `#!/bin/sh\n${ttl}\ncase $ttl in\n${cases}\nesac\n${ending}\n`);
  chmodSync(path, 0o755);
  process.env.PATH = `${folder}:${before}`;
  return probeTraceroute(target, {});
}
const from = (address: string, what = 'Time to live exceeded') =>
  `echo "From ${address} icmp_seq=1 ${what}";;`;

test('the last hop that answers is told of a target that is silent', async (t) => {
  const answer = await answerOf(
    t,
    `1) ${from('192.0.2.1')}\n2) ${from('192.0.2.2')}\n4) ${from('192.0.2.4')}`,
  );
  const detail = 'the last to answer is 192.0.2.4, hop 4';
  assert.deepEqual(answer, { outcome: 'noReply', rttMicroseconds: 0, detail });
});

test('hops beyond the first wave; a router without a way on is told as such', async (t) => {
  const unreachable = from('192.0.2.10', 'Destination Host Unreachable');
  const answer = await answerOf(t, `0) ;;\n[1-9]) ${from('192.0.2.9')}\n1*) ${unreachable}`);
  assert.equal(answer.detail, 'the last to answer is 192.0.2.10, which has no way on');
});

test('where no hop answers, and where the target does', async (t) => {
  const silent = await answerOf(t, '0) ;;');
  assert.deepEqual([silent.outcome, silent.detail], ['noReply', 'no hop answers']);
  const reply = '0) echo "3 packets transmitted"; echo "rtt min/avg/max/mdev = 5.5/6/7/0.1 ms"; exit 0;;';
  assert.deepEqual(await answerOf(t, reply), { outcome: 'reply', rttMicroseconds: 5500, detail: '' });
});

test('what is asked, and what ping says of a hop', () => {
  assert.deepEqual(
    hopArguments('2001:db8::9', 7, { sourceIpv6: '2001:db8::1' }).join(' '),
    '-6 -n -c 1 -W 1 -t 7 -I 2001:db8::1 2001:db8::9',
  );
  const exceeded = hopIn('From fe80::1%eth0 icmp_seq=1 Time exceeded: Hop limit\n');
  assert.deepEqual(exceeded, { from: 'fe80::1', isOnTheWay: true });
  assert.equal(hopIn('64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.1 ms\n'), undefined);
});

test('a watch list names it', () => {
  const targets = [{ kind: 'traceroute', address: '198.51.100.9', as: 64_500 }];
  const list = readWatchList(JSON.stringify({ allow: ['198.51.100.0/24'], targets }));
  assert.deepEqual(list.targets, [{ ...target, timeoutSeconds: 5 }]);
});
