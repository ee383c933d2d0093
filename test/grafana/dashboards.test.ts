/** What can be held of the dashboards without Grafana, which cannot be had here: nothing below was rendered by it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { noPrometheus } from '../metrics/prometheus-tools.ts';
import { dashboards } from './dashboards.ts';
import { dashboardText, fileOf, folder } from './files.ts';
import { loadedPrometheus } from './loaded-prometheus.ts';

interface Target {
  readonly expr: string;
  readonly refId: string;
  readonly legendFormat: string;
  readonly exemplar?: boolean;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: {
        readonly steps: readonly { readonly value: number | null; readonly color: string }[];
      };
    };
  };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Committed {
  readonly uid: string;
  readonly id?: number;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
}

/** Of Grafana's list, those that we use. */
const units = ['short', 's', 'bytes', 'Bps', 'dateTimeAsIso', 'percentunit'];

const names = Object.keys(dashboards);
const committed = names.map((name) => JSON.parse(readFileSync(fileOf(name), 'utf8')) as Committed);
const panels = committed.flatMap((dashboard) => dashboard.panels.filter(({ type }) => type !== 'row'));
const targets = panels.flatMap((panel) => panel.targets ?? []);

test('the dashboards that are committed are those of the specification', () => {
  assert.deepEqual(readdirSync(folder).sort(), names.map((name) => `${name}.json`).sort());
  for (const [name, spec] of Object.entries(dashboards))
    assert.equal(
      readFileSync(fileOf(name), 'utf8'),
      dashboardText(spec),
      `${name}: node test/grafana/write.ts`,
    );
});

test('dashboards are classic, with fixed uids and no ids of a database', () => {
  assert.equal(new Set(committed.map(({ uid }) => uid)).size, names.length);
  for (const { uid, id, schemaVersion } of committed) {
    assert.match(uid, /^steadybeat-[a-z]+$/);
    assert.equal(id, undefined);
    assert.ok(schemaVersion >= 39 && schemaVersion <= 42, String(schemaVersion));
  }
});

test('each panel says what it shows, in a known unit, of the chosen source; none lies on another', () => {
  assert.ok(panels.length > 20 && targets.length > 25);
  for (const { title, description, datasource, fieldConfig, targets: own = [] } of panels) {
    assert.ok(title && description?.endsWith('.'), title);
    assert.ok(units.includes(fieldConfig?.defaults.unit ?? ''), title);
    for (const one of [datasource, ...own.map((target) => target.datasource)])
      assert.equal(one?.uid, '$datasource', title);
    assert.equal(new Set(own.map(({ refId }) => refId)).size, own.length);
    assert.ok(own.length > 0, title);
  }
  for (const { panels: all } of committed) {
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    const cells = all.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length, 'panels lie on each other');
    assert.ok(all.every(({ gridPos: { x, w } }) => x + w <= 24));
  }
});

test('the beat raster tells nothing, a part and everything apart, and is the first that is seen of an AS', () => {
  const origin = committed[names.indexOf('origin')]!;
  const [first] = origin.panels.filter(({ type }) => type !== 'row');
  assert.equal(first!.title, 'Beat raster');
  assert.equal(first!.type, 'state-timeline');
  const steps = first!.fieldConfig!.defaults.thresholds!.steps;
  const colorOf = (share: number) => steps.findLast(({ value }) => value === null || share >= value)!.color;
  // One prefix of 4,000 is a part.
  assert.deepEqual([0, 1 / 4000, 0.75, 1].map(colorOf), ['green', 'orange', 'orange', 'dark-red']);
});

test('rates are over $__rate_interval, extremes over a step, and everything is of the chosen job', () => {
  for (const { expr } of targets) {
    if (/\brate\(/.test(expr)) assert.ok(expr.includes('[$__rate_interval]'), expr);
    // Of a step without a sample the series itself is asked.
    for (const [whole, series] of expr.matchAll(/\b(?:max|min)_over_time\((.*?\})\[/g))
      assert.ok(expr.includes(`${whole}$__interval]) or ${series})`), expr);
    assert.ok(expr.includes('job=~"$job"'), expr);
  }
});

test('the histogram that names incidents is asked for them', () => {
  const asked = targets.filter(({ exemplar }) => exemplar === true);
  assert.ok(asked.length === 1 && asked[0]!.expr.includes('steadybeat_detection_delay_seconds_bucket'));
});

test('each expression, run by a real Prometheus over what the processes tell, gives series with the labels of its legend', {
  skip: noPrometheus,
}, async (t) => {
  const { query, labelValues } = await loadedPrometheus(t);
  for (const { expr, legendFormat } of targets) {
    const series = await query(expr);
    assert.ok(series.length > 0 && series.length <= 50, `${series.length} series: ${expr}`);
    for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      assert.ok(
        series.every(({ metric }) => metric[label!] !== undefined),
        `${expr} has no ${label}`,
      );
  }
  const raster = targets.find(({ legendFormat }) => legendFormat === 'AS{{asn}} {{family}}')!;
  const [watched] = await query(raster.expr);
  assert.deepEqual([watched!.metric.asn, Number(watched!.value[1])], ['7', 0.75], 'three of four are gone');
  const shown = async (title: string) =>
    (await query(panels.find((panel) => panel.title === title)!.targets![0]!.expr))
      .map(({ metric, value }) => `${Object.values(metric).join(' ')} ${Number(value[1]).toFixed(2)}`)
      .sort();
  assert.deepEqual(await shown('Open incidents by country'), ['KP 1.00', 'unknown 1.00']);
  assert.deepEqual(await shown('Open incidents by AS'), ['7 1.00', '8 1.00']);
  assert.deepEqual(await shown('What probes say'), ['7 1.00']);
  assert.deepEqual(await shown('Targets that reply'), ['7 0.20']);
  assert.deepEqual(await shown('P(down) by probes'), ['7 0.75']);
  assert.equal((await shown('Updates a minute by class')).length, 7);
  for (const { annotations, templating } of committed) {
    const own = annotations.list.flatMap(({ expr }) => expr ?? []);
    assert.ok(own.length > 0);
    for (const expr of own) assert.ok((await query(expr)).length > 0, expr);
    for (const { query: text = '' } of templating.list) {
      const match = /^label_values\((\w+), (\w+)\)$/.exec(text);
      if (match === null) continue;
      assert.ok((await labelValues(match[1]!, match[2]!)).length > 0, text);
    }
  }
});
