/** The page of a metrics-exporter, with what is set for it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readConfiguration } from '#runtime/configuration/configuration.ts';
import { serve } from '#runtime/http/server.ts';
import { exportedPage } from '../../services/main-job/kafka/run-command-page.ts';
import { anomalyOf } from './made-world.ts';

test('ASes have the names and countries of the file that is set', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-names-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'asn.txt');
  const settings = { STEADYBEAT_AS_NAMES_FILE: file };
  const missing = readConfiguration(settings, undefined);
  assert.match(missing.case === 'wrong' ? missing.mistakes.join() : '', /AS_NAMES_FILE: .*no such file/);

  writeFileSync(file, '64500 EXAMPLE-NET Example <b>Networks</b>, KP\n');
  const read = readConfiguration(settings, undefined);
  assert.ok(read.case === 'right');
  const page = exportedPage(read.configuration.asNamesFile);
  const server = await serve({ host: '127.0.0.1', port: 0 }, page.handle, { warn: console.error });
  t.after(async () => {
    page.close();
    await server.close();
  });
  page.onAnomaly(anomalyOf());
  const textOf = async (place: string) => (await fetch(`${server.url}${place}`)).text();
  for (const place of ['/', '/incidents', '/as/64500'])
    assert.match(await textOf(place), /EXAMPLE-NET Example &lt;b&gt;Networks/, place);
  const { incidents } = JSON.parse(await textOf('/api/v1/incidents')) as { incidents: { country: string }[] };
  assert.equal(incidents[0]!.country, 'KP');
});
