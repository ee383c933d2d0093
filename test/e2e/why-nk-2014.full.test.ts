/** December 2014, from a log on disk: the blackout and its beat are explained, and come out again. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Kind } from '#core/contract/anomalies.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { Detection } from '../../services/main-job/detection.ts';
import { scenarioFiles } from '../../services/main-job/replay/replay-files.ts';
import { steadybeat } from './command.ts';
import { readAnomalies } from './stored-anomalies.ts';

test('the blackout and the beat of December 2014', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'steadybeat-why-'));
  t.after(() => rmSync(data, { recursive: true }));
  await new Detection({ dataFolder: data }).run(scenarioFiles(generate(nk2014(), publishedSeed)));
  const told = await readAnomalies(data);
  const idOf = (kind: Kind, hours: number) =>
    told.find((one) => one.kind === kind && one.durationSeconds > 3600 * hours)!.incidentId;

  const blackout = await steadybeat(['why', idOf('outageFull', 9), '--data', data]);
  assert.equal(blackout.status, 0, blackout.stdout + blackout.stderr);
  assert.match(blackout.stdout, /all 4 networks were gone for 9 h/);
  assert.match(blackout.stdout, /behind AS4837 alone/);
  assert.match(blackout.stdout, /The same verdict: all 3 changes of the incident, with all their evidence\./);

  const beat = await steadybeat(['why', idOf('beatConfirmed', 24), '--data', data]);
  assert.equal(beat.status, 0, beat.stdout + beat.stderr);
  assert.match(beat.stdout, /BEAT-CONFIRMED/);
  assert.match(beat.stdout, /The same verdict: all \d+ changes of the incident/);

  const wrong = await steadybeat(['why', 'as131279-outage-20141222T1615Z', '--data', data]);
  assert.equal(wrong.status, 2);
  assert.ok(wrong.stderr.includes(idOf('outageFull', 9)), wrong.stderr);
});
