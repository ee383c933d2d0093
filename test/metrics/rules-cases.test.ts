/** Each alert has its four cases in the files that promtool runs: it fires, holds through a restart, ends, is silent on a look-alike. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { noPrometheus, promtool, run } from './prometheus-tools.ts';
import { alerts, readYaml, rules, testFiles } from './rules-files.ts';

interface RuleTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly eval_time: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const testsOfFiles = testFiles.map((file) => readYaml(file) as { readonly tests: readonly RuleTest[] });
const tests = testsOfFiles.flatMap((file) => file.tests);
const names = alerts.map(({ alert }) => alert!);
/** It fires always: it is never silent, and there is nothing that it could hold over or that could end it. */
const always = 'SteadybeatWatchdog';

const secondsOf = (duration: string): number =>
  [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * { h: 3600, m: 60, s: 1 }[unit as 'h' | 'm' | 's'],
    0,
  );

/** What is expected of an alert in a test, in the order of time. */
const expectedOf = (name: string, { alert_rule_test }: RuleTest) =>
  alert_rule_test
    .filter(({ alertname }) => alertname === name)
    .map(({ eval_time, exp_alerts }) => ({ second: secondsOf(eval_time), fires: exp_alerts.length > 0 }))
    .sort((a, b) => a.second - b.second);

/** Of each step whether the series is there; of `up` whether it is 1. */
function presence(series: string, values: string): boolean[] {
  return values.split(' ').flatMap((token) => {
    const parts = /^(?:_(?:x(\d+))?|(stale)|(-?\d+)(?:[+-]\d+)?(?:x(\d+))?)$/.exec(token);
    assert.ok(parts !== null, `${series}: ${token}`);
    const [, blanks = '1', stale, value, times = '0'] = parts;
    if (stale !== undefined) return [false];
    if (value === undefined) return Array<boolean>(Number(blanks)).fill(false);
    return Array<boolean>(Number(times) + 1).fill(!(series.startsWith('up{') && value === '0'));
  });
}

/** Whether one of the series is for a moment only as it is then: it was not so before, and is not so later. */
function isForAMoment({ input_series, interval }: RuleTest, second: number, being?: 'away'): boolean {
  const step = Math.floor(second / secondsOf(interval));
  return input_series.some(({ series, values }) => {
    const isThere = presence(series, values);
    const now = isThere[step];
    if (now === undefined || (being === 'away' && now)) return false;
    return isThere.slice(0, step).includes(!now) && isThere.slice(step).includes(!now);
  });
}

/** What promtool does not find as expected where no alert is held: "name of the test, alert, second". */
function failingWithoutHold(t: TestContext): Set<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-rules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: unknown) =>
    writeFileSync(path.join(folder, name), stringify(content, { aliasDuplicateObjects: false }));
  const records = rules.filter(({ record }) => record !== undefined);
  const files: string[] = [];
  // Each with its own rule alone: promtool looks at all of them at every step.
  for (const { keep_firing_for: _, ...alert } of alerts) {
    const name = alert.alert!;
    write(`${name}.rules.yml`, { groups: [{ name, rules: [...records, alert] }] });
    for (const [i, { tests, ...settings }] of testsOfFiles.entries()) {
      const own = tests
        .filter((one) => expectedOf(name, one).some(({ fires }) => fires))
        .map((one) => ({
          ...one,
          alert_rule_test: one.alert_rule_test.filter((of) => of.alertname === name),
        }));
      if (own.length === 0) continue;
      files.push(`${name}.${i}.test.yml`);
      write(files.at(-1)!, { ...settings, rule_files: [`${name}.rules.yml`], tests: own });
    }
  }
  const { output } = run(promtool, ['test', 'rules', ...files.map((file) => path.join(folder, file))]);
  const found = output.matchAll(/^ +name: (.*),\n +alertname: (\w+), time: (\S+),/gm);
  return new Set([...found].map(([, name, alert, time]) => [name, alert, secondsOf(time!)].join()));
}

const lackingNames = (has: (name: string) => boolean): string[] => names.filter((name) => !has(name));

test('each alert is seen to fire', () => {
  const fires = (name: string) =>
    tests.some((one) => expectedOf(name, one).some((expected) => expected.fires));
  assert.deepEqual(lackingNames(fires), []);
});

test('each alert is seen to end', () => {
  const ends = (name: string) =>
    tests.some((one) => {
      const expected = expectedOf(name, one);
      return expected.some(({ fires }, i) => fires && expected.slice(i).some((later) => !later.fires));
    });
  assert.deepEqual(lackingNames(ends), [always]);
});

test('each alert is seen to be silent on a look-alike', () => {
  const isSilent = (name: string) =>
    tests.some((one) => {
      const expected = expectedOf(name, one);
      return expected.length > 0 && !expected.some(({ fires }) => fires);
    });
  assert.deepEqual(lackingNames(isSilent), [always]);
});

test('each alert is seen to hold while what it is of starts again, because of its keep_firing_for', {
  skip: noPrometheus,
}, (t) => {
  const failing = failingWithoutHold(t);
  const holds = (name: string) => {
    const { expr } = alerts.find(({ alert }) => alert === name)!;
    // What looks back sees over a restart what was there before: it holds by itself.
    const looksBack = /(?:increase|_over_time)\(/.test(expr);
    return tests.some((one) =>
      expectedOf(name, one).some(({ second, fires }) => {
        if (!fires) return false;
        if (looksBack) return isForAMoment(one, second, 'away');
        return isForAMoment(one, second) && failing.has([one.name, name, second].join());
      }),
    );
  };
  assert.deepEqual(lackingNames(holds), [always]);
  const held = new Set([...failing].map((one) => one.split(',').at(-2)));
  assert.deepEqual(
    lackingNames((name) => held.has(name)),
    [always],
    'whose keep_firing_for no case needs',
  );
});
