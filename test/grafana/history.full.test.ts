/**
 * December 2014 in Grafana, as far as that can be held without one: the replay's series in a real Prometheus, and what the dashboards ask of it
 * over the nine days, which a reader would see there.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { watch } from '#core/detect/thresholds.ts';
import { type EventSecond, formatSecond, parseSecond } from '#core/event-time.ts';
import { steadybeat } from '../e2e/command.ts';
import { noPrometheus } from '../metrics/prometheus-tools.ts';
import { fileOf } from './files.ts';
import { pastPrometheus, type RangeSeries, type Span } from './past-prometheus.ts';

/** What a replay does not tell, and why. Each expression over one of these, and no other, gives nothing. */
const leftOut: Readonly<Record<string, string>> = {
  steadybeat_watermark_timestamp_seconds: 'how far a process is behind now',
  steadybeat_feed_last_record_timestamp_seconds: 'a feeder tells it, as it is now',
  steadybeat_watch_probe_down: 'nobody was probed',
  steadybeat_watch_probe_down_probability: 'nobody was probed',
  steadybeat_watch_probe_targets: 'nobody was probed',
};

interface Committed {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
  readonly templating: { readonly list: readonly { readonly query?: string }[] };
}

const at = (text: string): EventSecond => parseSecond(text)!;
/** As wide as a screen: Grafana asks for about so many points. */
const nineDays: Span = { from: at('2014-12-19'), until: at('2014-12-28'), stepSeconds: 600 };
const minutes = (from: string, until: string): Span => ({
  from: at(from),
  until: at(until),
  stepSeconds: 60,
});

const dashboard = (name: string) => JSON.parse(readFileSync(fileOf(name), 'utf8')) as Committed;
const targetsOf = (name: string) => dashboard(name).panels.flatMap(({ targets = [] }) => targets);

/** As Grafana fills them in: one AS, "All" of everything else, a step, and four scrapes of a minute or a step and one. */
const filledIn = (expression: string, stepSeconds: number): string =>
  expression
    .replaceAll('$__rate_interval', `${Math.max(240, stepSeconds + 60)}s`)
    .replaceAll('$__interval', `${stepSeconds}s`)
    .replaceAll('$asn', '131279')
    .replace(/\$\w+/g, '.+');

test('December 2014 is what Grafana would show of the replay', { skip: noPrometheus }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-december-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'december-2014.om');
  const replayed = await steadybeat(['--openmetrics', file]);
  assert.equal(replayed.status, 0, replayed.stderr);
  const { range, labelValues } = await pastPrometheus(t, file, nineDays);

  const ask = (expression: string, span: Span): Promise<RangeSeries[]> =>
    range(filledIn(expression, span.stepSeconds), span);
  /** What a panel of Origin AS shows. */
  const shown = (panel: string, span: Span) => {
    const { targets } = dashboard('origin').panels.find(({ title }) => title === panel)!;
    return ask(targets![0]!.expr, span);
  };

  await t.test('every expression gives series with the labels of its legend, and not many', async () => {
    const silent = new Set<string>();
    for (const { expr, legendFormat } of [...targetsOf('origin'), ...targetsOf('world')]) {
      const series = await ask(expr, nineDays);
      const why = Object.keys(leftOut).filter((name) => new RegExp(`\\b${name}\\b`).test(expr));
      assert.equal(series.length === 0, why.length > 0, `${series.length} series: ${expr}`);
      assert.ok(series.length <= 50, `${series.length} series: ${expr}`);
      for (const name of why) silent.add(name);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        assert.ok(
          series.every(({ metric }) => metric[label!] !== undefined),
          `${expr} has no ${label}`,
        );
    }
    assert.deepEqual([...silent].sort(), Object.keys(leftOut).sort());
  });

  await t.test('AS131279 can be chosen', async () => {
    for (const name of ['origin', 'world'])
      for (const { query = '' } of dashboard(name).templating.list) {
        const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
        if (metric === undefined) continue;
        assert.deepEqual(await labelValues(metric, label!), [label === 'asn' ? '131279' : 'steadybeat']);
      }
  });

  await t.test('the score is quiet before the weekend, and over the threshold by night', async () => {
    const score = async (span: Span) => (await shown('Score', span))[0]!.samples;
    const before = await score(minutes('2014-12-19T00:00Z', '2014-12-21T12:00Z'));
    assert.equal(before.length, 60 * 60 + 1);
    assert.ok(before.every(({ value }) => value < 0.1));
    const night = await score(minutes('2014-12-21T22:00Z', '2014-12-22T16:00Z'));
    assert.equal(night.length, 18 * 60 + 1);
    assert.ok(night.every(({ value }) => value >= watch.score));
  });

  await t.test('nothing is visible from 16:15 on the 22nd to 01:46 on the 23rd', async () => {
    // Closer than the samples lie.
    const night = { from: at('2014-12-22T16:05Z'), until: at('2014-12-23T02:30Z'), stepSeconds: 30 };
    const series = await shown('Prefixes', night);
    assert.deepEqual(series.map(({ metric }) => metric.state).sort(), ['lost', 'visible']);
    const { samples } = series.find(({ metric }) => metric.state === 'visible')!;
    const changes = samples.filter(({ value }, i) => value !== samples[i - 1]?.value);
    // The peers withdraw within two minutes; a minute is told when it is over.
    assert.deepEqual(changes, [
      { second: at('2014-12-22T16:05Z'), value: 4 },
      { second: at('2014-12-22T16:17Z'), value: 0 },
      { second: at('2014-12-23T01:47Z'), value: 4 },
    ]);
  });

  await t.test('the raster marks each flap of the beat, and nothing before it', async () => {
    const [raster, ...others] = await shown('Beat raster', minutes('2014-12-19T00:00Z', '2014-12-22T16:04Z'));
    assert.deepEqual([raster!.metric.family, others.length], ['ipv4', 0]);
    const { samples } = raster!;
    const flaps = samples.filter(({ value }, i) => value > 0 && samples[i - 1]!.value === 0);
    assert.ok(flaps.length >= 40, `${flaps.length} flaps`);
    assert.equal(flaps[0]!.second, at('2014-12-21T14:41Z'));
    // Whole flaps and parts, as the colours tell them.
    assert.ok(flaps.some(({ value }) => value === 1) && flaps.some(({ value }) => value < 1));
  });

  await t.test(
    'over nine days the raster is coloured where something was lost, and nowhere else',
    async () => {
      const told = async (state: string) => {
        const prefixes = `steadybeat_watch_prefixes{asn="$asn",family="ipv4",state="${state}"}`;
        // Prometheus gives no more than 11,000 points at once.
        const halves = [
          minutes('2014-12-19T00:00Z', '2014-12-22T23:59Z'),
          minutes('2014-12-23T00:00Z', '2014-12-28T00:00Z'),
        ];
        const found = await Promise.all(halves.map((half) => ask(prefixes, half)));
        return found.flatMap((series) => series[0]!.samples);
      };
      const [lost, visible] = await Promise.all([told('lost'), told('visible')]);
      const windows = (samples: typeof lost) =>
        new Set(samples.map(({ second }) => nineDays.stepSeconds * Math.ceil(second / nineDays.stepSeconds)));
      const withLoss = windows(lost.filter(({ value }) => value > 0));
      const withNothing = windows(visible.filter(({ value }) => value === 0));
      const { samples } = (await shown('Beat raster', nineDays))[0]!;
      const isAfterLoss = (second: EventSecond) =>
        lost.some((one) => one.second === second - nineDays.stepSeconds && one.value > 0);
      assert.equal(samples.length, (nineDays.until - nineDays.from) / nineDays.stepSeconds + 1);
      for (const { second, value } of samples) {
        // Before version 3 of Prometheus, a window begins with the last sample of the one before it.
        if (!isAfterLoss(second)) assert.equal(value > 0, withLoss.has(second), formatSecond(second));
        else if (withLoss.has(second)) assert.ok(value > 0, formatSecond(second));
        if (withNothing.has(second)) assert.equal(value, 1, formatSecond(second));
      }
      const beat = [...withLoss].filter((second) => second <= at('2014-12-22T16:00Z'));
      assert.ok(beat.length > 50, `${beat.length} windows`);
    },
  );

  await t.test('updates by class have no gap, and are more on the day of the beat', async () => {
    const day = { stepSeconds: 600, from: at('2014-12-19T12:00Z'), until: at('2014-12-22T16:00Z') };
    for (const { metric, samples } of await shown('Updates a minute by class', day)) {
      assert.equal(samples.length, (day.until - day.from) / day.stepSeconds + 1, metric.class);
      if (metric.class !== 'withdrawn') continue;
      const most = (part: typeof samples) => Math.max(...part.map(({ value }) => value));
      const beat = samples.findIndex(({ second }) => second >= at('2014-12-21T14:00Z'));
      assert.ok(most(samples.slice(beat)) > 10 * most(samples.slice(0, beat)));
    }
  });

  await t.test('the incidents are marked while they were open, and nothing before them', async () => {
    const [{ expr } = {}] = dashboard('origin').annotations.list.filter((one) => one.expr !== undefined);
    const series = await ask(expr!, nineDays);
    assert.ok(series.length <= 50);
    assert.ok(series.every(({ samples }) => samples[0]!.second >= at('2014-12-21T14:40Z')));
    const marks = (kind: string, severity: string, from: string, until: string) => {
      const own = series.filter(({ metric }) => metric.alertname === kind && metric.severity === severity);
      const seconds = new Set(own.flatMap(({ samples }) => samples.map(({ second }) => second)));
      for (let second = at(from); second <= at(until); second += nineDays.stepSeconds)
        assert.ok(seconds.has(second), `no ${severity} ${kind} at ${formatSecond(second)}`);
      return [...seconds];
    };
    marks('beat_confirmed', 'warning', '2014-12-22T00:00Z', '2014-12-22T16:10Z');
    const blackout = marks('outage_full', 'critical', '2014-12-22T17:30Z', '2014-12-23T01:40Z');
    assert.ok(Math.max(...blackout) <= at('2014-12-23T02:00Z'), 'it ends');
    marks('outage_full', 'notice', '2014-12-27T11:40Z', '2014-12-27T15:20Z');
  });
});
