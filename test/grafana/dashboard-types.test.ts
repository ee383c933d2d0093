/** The committed JSON against the types that Grafana publishes (see dashboard-json.ts), by the compiler: what it is, not what builders meant. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { DashboardJson } from './dashboard-json.ts';
import { dashboards } from './dashboards.ts';
import { fileOf } from './files.ts';

const root = path.join(import.meta.dirname, '../..');
const dashboard = (name: string) => JSON.parse(readFileSync(fileOf(name), 'utf8')) as DashboardJson;

/** The first panel of a kind with something else in it. */
function changed(name: string, type: string, change: (panel: Changeable) => void): unknown {
  const copy = structuredClone(dashboard(name)) as unknown as { readonly panels: readonly Changeable[] };
  change(copy.panels.find((panel) => panel.type === type)!);
  return copy;
}

interface Changeable {
  type: string;
  readonly gridPos: { w: unknown };
  readonly fieldConfig: { readonly defaults: Record<string, unknown> };
  readonly targets: readonly Record<string, unknown>[];
  options?: Record<string, unknown>;
}

/** Each is one mistake that Grafana would not take, or would not show. */
const wrong: Readonly<Record<string, unknown>> = {
  'unknown-key': { ...dashboard('world'), colour: 'red' },
  'no-schema-version': { ...dashboard('world'), schemaVersion: undefined },
  'grid-of-text': changed('world', 'stat', ({ gridPos }) => {
    gridPos.w = '6';
  }),
  'unknown-field-setting': changed('world', 'timeseries', ({ fieldConfig }) => {
    fieldConfig.defaults.unitt = 's';
  }),
  'unknown-style': changed('world', 'timeseries', ({ fieldConfig }) => {
    fieldConfig.defaults.custom = { drawStyle: 'curve' };
  }),
  'unknown-option': changed('origin', 'state-timeline', (panel) => {
    panel.options = { showValue: 'sometimes' };
  }),
  'unknown-panel': changed('world', 'table', (panel) => {
    panel.type = 'tabel';
  }),
  'unknown-key-of-a-query': changed('pipeline', 'timeseries', ({ targets }) => {
    targets[0]!.legend = 'x';
  }),
  'unknown-format': changed('world', 'heatmap', ({ targets }) => {
    targets[0]!.format = 'buckets';
  }),
};

test('the dashboards have the types that Grafana publishes, and a mistake of any kind is seen', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-dashboard-types-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const put = (name: string, value: unknown) =>
    writeFileSync(
      path.join(folder, `${name}.ts`),
      `import type { DashboardJson } from '${root}/test/grafana/dashboard-json.ts';\nexport const dashboard: DashboardJson = ${JSON.stringify(value)};\n`,
    );
  for (const name of Object.keys(dashboards)) put(name, dashboard(name));
  for (const [name, value] of Object.entries(wrong)) put(name, value);
  const modules = { target: 'ES2024', module: 'NodeNext', allowImportingTsExtensions: true, types: [] };
  const compilerOptions = { ...modules, strict: true, skipLibCheck: true, noEmit: true };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const { stdout, stderr } = spawnSync('tsc', ['-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${root}/node_modules/.bin:${process.env.PATH}` },
  });
  const files = [...stdout.matchAll(/([\w-]+)\.ts\(\d+,\d+\): error/g)].map(([, name]) => name!);
  assert.deepEqual([...new Set(files)].sort(), Object.keys(wrong).sort(), stdout + stderr);
});
