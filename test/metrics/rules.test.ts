import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { BeaconMetrics } from '#runtime/metrics/beacon-metrics.ts';
import { feedMetrics } from '../../services/main-job/live/feed-metrics.ts';
import { ExporterWorld } from './exporter-world.ts';
import { liveHealth } from './process-texts.ts';
import { amtool, noAlertmanager, noPrometheus, promtool, run } from './prometheus-tools.ts';
import { alerts, readYaml, ruleFiles, rules, testFiles } from './rules-files.ts';

test('the rules are valid and lint finds nothing', { skip: noPrometheus }, () => {
  const { status, output } = run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles]);
  assert.equal(status, 0, output);
  const checked = run(promtool, ['check', 'config', 'deploy/prometheus/prometheus.yml']);
  assert.equal(checked.status, 0, checked.output);
});

for (const file of testFiles)
  test(`${file}: alerts fire, hold and end as they should`, { skip: noPrometheus }, () => {
    const { status, output } = run(promtool, ['test', 'rules', file]);
    assert.equal(status, 0, output);
  });

test('each alert says what, in words, how bad, and where to read on; its runbook is there', () => {
  for (const { alert, annotations = {}, labels = {}, expr, keep_firing_for } of alerts) {
    assert.ok(annotations.summary && annotations.description, alert);
    // Whoever it is of may be away for a moment, and what is told does not end for that.
    assert.equal(keep_firing_for === undefined, alert === 'SteadybeatWatchdog', alert);
    const page = /^\{\{ \$externalLabels\.steadybeat_runbooks \}\}\/([a-z-]+\.md)$/.exec(
      annotations.runbook_url ?? '',
    );
    assert.ok(page !== null, `${alert}: ${annotations.runbook_url}`);
    const runbook = `deploy/runbooks/${page[1]}`;
    assert.ok(existsSync(runbook), `${alert}: no ${runbook}`);
    assert.match(readFileSync(runbook, 'utf8'), new RegExp(`^# ${alert}$`, 'm'));
    if (labels.scope === 'incident') {
      assert.ok(annotations.incident_url, alert);
      // A test is news also where what is read is long past.
      if (alert !== 'TestAlert') assert.match(expr, /^steadybeat:incident_start:timestamp_seconds\{/);
    } else assert.ok(labels.severity, alert);
  }
});

/** What its reader is told to type. */
const commandsOf = (runbook: string) => /^```sh\n(.*?)^```$/ms.exec(readFileSync(runbook, 'utf8'))?.[1] ?? '';

test('each runbook is of an alert, and says what it means, what to look at, by which commands, and when to ignore it', () => {
  const names = alerts.map(({ alert }) => alert);
  const compose = readFileSync('docker-compose.yml', 'utf8');
  const published = new Set([...compose.matchAll(/"127\.0\.0\.1:(\d+):\d+"/g)].map(([, port]) => port!));
  for (const file of globSync('deploy/runbooks/*.md')) {
    const text = readFileSync(file, 'utf8');
    assert.ok(names.includes(/^# (\w+)$/m.exec(text)?.[1]), file);
    for (const part of ['Meaning', 'Look at', 'Commands', 'When to ignore it'])
      assert.ok(text.includes(`\n## ${part}\n`), `${file}: no ${part}`);
    const commands = commandsOf(file);
    assert.match(commands, /^(?:npm start -- |docker compose |curl )/m, `${file}: no command`);
    for (const [, port] of commands.matchAll(/\b(?:localhost|127\.0\.0\.1):(\d+)/g))
      assert.ok(published.has(port!), `${file}: nobody answers on port ${port} of Compose's machine`);
    const { status, output } = run('sh', ['-n'], commands);
    assert.equal(status, 0, `${file}: ${output}`);
  }
});

test('rules, alerts and runbooks speak of series that there are', async (t) => {
  const world = new ExporterWorld({ watchList: [7] });
  await world.open();
  t.after(() => world.close());
  await world.start();
  // Of a visibility-tracker.
  new BeaconMetrics(world.metrics);
  // Of a feeder.
  feedMetrics(world.metrics, liveHealth);
  const text = await world.text();
  const names = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
  const recorded = new Set(rules.map(({ record }) => record));
  const commands = globSync('deploy/runbooks/*.md').map(commandsOf);
  const texts = [...rules.map(({ expr }) => expr), ...commands];
  const found = texts.flatMap((one) => [...one.matchAll(/\b(?:steadybeat[:_]|nodejs_)[a-z0-9_:]+/g)]);
  assert.ok(found.length > 20);
  for (const [name] of found) assert.ok(names.has(name) || recorded.has(name), name);
});

const alertmanagerFile = 'deploy/alertmanager/alertmanager.yml';

test('the configurations of Alertmanager are valid', { skip: noAlertmanager }, () => {
  for (const file of globSync('deploy/alertmanager/*.yml')) {
    const { status, output } = run(amtool, ['check-config', file]);
    assert.equal(status, 0, output);
  }
});

test('a message of the examples names what fires now, where another alert of its group is over or is of another instance', {
  skip: noAlertmanager,
}, (t) => {
  const { receivers } = readYaml('deploy/alertmanager/receivers.example.yml') as {
    receivers: readonly {
      name: string;
      pagerduty_configs?: readonly {
        description: string;
        client_url: string;
        details: { description: string; runbook: string };
      }[];
      slack_configs?: readonly { title: string; title_link: string }[];
      email_configs?: readonly { headers: { Subject: string } }[];
    }[];
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-messages-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'data.json');
  const written = (template: string, alerts: readonly (readonly [status: string, summary: string])[]) => {
    const status = alerts.some(([one]) => one === 'firing') ? 'firing' : 'resolved';
    const told = alerts.map(([status, summary]) => {
      const annotations = {
        summary,
        description: `${summary}, in full`,
        runbook_url: `/${summary}.md`,
        incident_url: '/incidents/1',
      };
      return { status, labels: {}, annotations };
    });
    writeFileSync(file, JSON.stringify({ status, alerts: told, commonAnnotations: {} }));
    const args = ['--template.glob=/dev/null', `--template.data=${file}`, `--template.text=${template}`];
    const result = run(amtool, ['template', 'render', ...args]);
    assert.equal(result.status, 0, result.output);
    return result.output.trim();
  };
  const { title, title_link } = receivers.find(({ name }) => name === 'newsroom')!.slack_configs![0]!;
  const shrunk = [
    ['resolved', 'AS1 is gone'],
    ['firing', 'AS1 has lost part'],
  ] as const;
  assert.equal(written(title, shrunk), 'AS1 has lost part');
  assert.equal(written(title_link, shrunk), '/incidents/1');
  assert.equal(written(title, [['resolved', 'AS1 is gone']]), 'Over: AS1 is gone');
  const [page] = receivers.find(({ name }) => name === 'on-call')!.pagerduty_configs!;
  const { description, client_url, details } = page!;
  assert.deepEqual(
    [description, client_url, details.description, details.runbook].map((one) => written(one, shrunk)),
    ['AS1 has lost part', '/incidents/1', 'AS1 has lost part, in full', '/AS1 has lost part.md'],
  );
  assert.equal(written(description, [['resolved', 'AS1 is gone']]), 'AS1 is gone');
  const { Subject } = receivers.find(({ name }) => name === 'operators')!.email_configs![0]!.headers;
  assert.equal(written(Subject, [['firing', 'r:8080 does not answer']]), '[firing] r:8080 does not answer');
  const both = ['r', 's'].map((name) => ['firing', `${name}:8080 does not answer`] as const);
  assert.equal(written(Subject, both), '[firing] r:8080 does not answer (2 in all)');
});

test('an outage that is told to nobody inhibits nothing', () => {
  const { inhibit_rules } = readYaml(alertmanagerFile) as {
    inhibit_rules: readonly { source_matchers: readonly string[] }[];
  };
  const outages = inhibit_rules.filter(({ source_matchers: [first] }) => /alertname=~?"Outage/.test(first!));
  assert.equal(outages.length, 3);
  for (const { source_matchers } of outages)
    assert.match(source_matchers[1] ?? '', /^severity=(?:~"critical\|warning"|"notice")$/);
});

const routes: readonly (readonly [receivers: string, ...labels: string[]])[] = [
  ['on-call,newsroom', 'scope=incident', 'severity=critical', 'alertname=OutageFull'],
  ['on-call,newsroom', 'scope=incident', 'severity=critical', 'alertname=GroupOutageFull', 'group=KP'],
  ['on-call,newsroom', 'scope=incident', 'severity=critical', 'alertname=TestAlert'],
  ['newsroom', 'scope=incident', 'severity=warning', 'alertname=BeatConfirmed'],
  ['newsroom', 'scope=incident', 'severity=notice', 'alertname=BeatWatch'],
  ['log', 'scope=incident', 'severity=info', 'alertname=BurstOfInstability'],
  ['operators', 'scope=pipeline', 'severity=critical', 'alertname=SteadybeatNoFeed'],
  ['log', 'scope=pipeline', 'severity=warning', 'alertname=SteadybeatDeadLetters'],
  ['watchdog', 'scope=watchdog', 'severity=none', 'alertname=SteadybeatWatchdog'],
];

for (const [receivers, ...labels] of routes)
  test(`${labels.join(' ')} goes to ${receivers}`, { skip: noAlertmanager }, () => {
    const args = [
      'config',
      'routes',
      'test',
      `--config.file=${alertmanagerFile}`,
      `--verify.receivers=${receivers}`,
    ];
    const { status, output } = run(amtool, [...args, ...labels]);
    assert.equal(status, 0, output);
  });
