import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { jsonLines, steadybeat } from '../e2e/command.ts';

const firstSecond = 1_423_526_400;
/** The first one is not reached in the second hour; the others tell that the probes themselves are well. */
const targets = ['198.51.100.7', '192.0.2.1', '192.0.2.2', '203.0.113.1'];

/** Pings of five Atlas probes, two hours long. */
function pings(): string {
  const lines: string[] = [];
  for (let minute = 0; minute < 120; minute++)
    for (let probe = 1; probe <= 5; probe++)
      for (const [i, address] of targets.entries()) {
        const rcvd = i === 0 && minute >= 60 ? 0 : 3;
        const timestamp = firstSecond + 60 * minute + probe;
        const ping = { type: 'ping', msm_id: 1, prb_id: probe, timestamp, dst_addr: address, sent: 3, rcvd };
        lines.push(JSON.stringify({ ...ping, ...(rcvd > 0 && { min: 5 }) }));
      }
  return lines.join('\n');
}

test('stored pings are used where a table says whose their targets are', { timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-probe-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, table] = [join(folder, 'pings.json'), join(folder, 'table.txt')];
  writeFileSync(file, pings());
  writeFileSync(
    table,
    '198.51.0.0/16\t64499\n198.51.100.0/24\t64500\n192.0.2.0/24\t64501\n203.0.113.0/24\t64502\n',
  );
  const without = await steadybeat(['probe', file, '--format', 'ndjson']);
  assert.deepEqual([without.status, without.stdout], [0, '']);
  assert.match(without.stderr, /2,400 results without an origin AS were not used/);
  const by = await steadybeat(['probe', file, '--format', 'ndjson', '--seed-rib', table]);
  assert.equal(by.status, 0);
  assert.doesNotMatch(by.stderr, /not used/);
  assert.deepEqual(
    new Set(jsonLines(by.stdout).map(({ subject, kind }) => `${subject} ${kind}`)),
    new Set(['as:64500 KIND_DATA_PLANE']),
  );
});
