/** `--openmetrics FILE`: the series of the exporter with event time. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parseSecond } from '#core/event-time.ts';
import { noPrometheus, promtool, run } from '../metrics/prometheus-tools.ts';
import { type CommandResult, jsonLines, steadybeat } from './command.ts';
import { flappingAs, removeSmallWorld, type SmallWorld, writeSmallWorld } from './small-world.ts';

suite('a past as OpenMetrics', () => {
  let world: SmallWorld;
  let file: string;
  let result: CommandResult;
  let samples: readonly { readonly series: string; readonly value: number; readonly second: number }[];
  before(async () => {
    world = writeSmallWorld();
    file = join(world.folder, 'half-a-day.om');
    result = await steadybeat(['--format', 'ndjson', '--openmetrics', file, ...world.files]);
    samples = [...readFileSync(file, 'utf8').matchAll(/^(\w+\{.*\}) (\S+) (\d+)$/gm)].map(
      ([, series, value, second]) => ({ series: series!, value: Number(value), second: Number(second) }),
    );
  });
  after(() => removeSmallWorld(world));

  /** The last value of each series of a name, by the text of its labels. */
  const lastOf = (name: string) =>
    new Map(
      samples
        .filter(({ series }) => series.startsWith(`${name}{`))
        .map(({ series, value }) => [series.slice(name.length), value]),
    );

  test('every sample is of the end of a minute, each series in the order of time, and the file is whole', () => {
    assert.equal(result.status, 0, result.stderr);
    assert.ok(readFileSync(file, 'utf8').endsWith('\n# EOF\n'));
    const last = new Map<string, number>();
    for (const { series, value, second } of samples) {
      assert.ok(Number.isFinite(value), series);
      assert.equal(second % 60, 0);
      assert.ok(second > (last.get(series) ?? parseSecond('2014-12-21T23:59Z')!), series);
      last.set(series, second);
    }
    assert.ok([...last.values()].every((second) => second <= parseSecond('2014-12-22T12:30Z')!));
  });

  test('its incidents are those that are told', () => {
    const told = Map.groupBy(jsonLines(result.stdout), ({ transition }) =>
      String(transition).replace('TRANSITION_', '').toLowerCase(),
    );
    const counted = new Map<string, number>();
    for (const [labels, count] of lastOf('steadybeat_incident_transitions_total')) {
      const transition = /transition="(\w+)"/.exec(labels)![1]!;
      counted.set(transition, (counted.get(transition) ?? 0) + count);
    }
    assert.ok(counted.size >= 2);
    for (const [transition, count] of counted) assert.equal(count, told.get(transition)?.length, transition);
  });

  test('the AS of the demo is watched unless others are named', () => {
    const gone = samples.filter(
      ({ series, value }) => /^steadybeat_watch_prefixes\{.*state="visible"/.test(series) && value === 0,
    );
    assert.ok(gone.length > 20);
    for (const { series } of gone) assert.match(series, new RegExp(`asn="${flappingAs}"`));
    assert.deepEqual(
      [...lastOf('steadybeat_watch_score').keys()],
      [`{asn="${flappingAs}",job="steadybeat",instance="replay"}`],
    );
  });

  test('a real promtool makes blocks of it', { skip: noPrometheus }, () => {
    const { status, output } = run(promtool, [
      ...['tsdb', 'create-blocks-from', '--max-block-duration=768h', 'openmetrics'],
      ...[file, join(world.folder, 'data')],
    ]);
    assert.equal(status, 0, output);
    const [, counted] = /\s(\d+)\s+\d+\s+\d+\s+\d+\s*$/.exec(output.trimEnd())!;
    assert.equal(Number(counted), samples.length);
  });
});
