/** A real Alertmanager with the configuration that is shipped: who is not told while another is. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import { freePorts } from '../kafka/free-ports.ts';
import { alertmanager, noAlertmanager } from '../metrics/prometheus-tools.ts';

const patienceMs = 60_000;
const configFile = 'deploy/alertmanager/alertmanager.yml';

async function started(t: TestContext): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-inhibition-'));
  const [port] = await freePorts(1);
  const child: ChildProcess = spawn(
    alertmanager,
    [
      `--config.file=${configFile}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    { stdio: 'ignore' },
  );
  t.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });
  return `http://127.0.0.1:${port}/api/v2/alerts`;
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
}

const alert = (alertname: string, subject: string, severity: string, group = ''): Alert => ({
  labels: {
    alertname,
    subject,
    severity,
    job: 'steadybeat',
    scope: 'incident',
    incident: `${subject}-${alertname}`,
    ...(subject.startsWith('as:') && { asn: subject.slice(3) }),
    ...(group !== '' && { group }),
  },
});

const labelled = (one: Alert, labels: Alert['labels']): Alert => ({ labels: { ...one.labels, ...labels } });

const pipeline = (alertname: string, severity = 'critical'): Alert => ({
  labels: { alertname, severity, job: 'steadybeat', scope: 'pipeline', subject: '' },
});

/** "OutageFull as:1" of those that are held back, once Alertmanager knows all. */
async function heldBack(
  address: string,
  alerts: readonly Alert[],
  named = ({ labels }: Alert) => `${labels.alertname} ${labels.subject}`,
): Promise<string[]> {
  const options = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(alerts),
  };
  for (let waitedMs = 0; ; waitedMs += 200) {
    try {
      if ((await fetch(address, options)).ok) {
        const known = (await (await fetch(address)).json()) as {
          labels: Alert['labels'];
          status: { state: string };
        }[];
        if (known.length === alerts.length && known.every(({ status }) => status.state !== 'unprocessed'))
          return known
            .filter(({ status }) => status.state === 'suppressed')
            .map(named)
            .sort();
      }
    } catch {
      // It is not there yet.
    }
    assert.ok(waitedMs < patienceMs, 'Alertmanager does not take the alerts');
    await setTimeout(200);
  }
}

test('a group is told in place of its members, never in place of a louder one or of others', {
  skip: noAlertmanager,
}, async (t) => {
  const alerts = [
    alert('GroupOutageFull', 'group:KP', 'critical', 'KP'),
    alert('OutageFull', 'as:1', 'critical', 'KP'),
    alert('BeatConfirmed', 'as:1', 'warning', 'KP'),
    alert('OutageFull', 'as:2', 'critical', ''),
    alert('GroupOutagePartial', 'group:LL', 'warning', 'LL'),
    alert('OutageFull', 'as:3', 'critical', 'LL'),
    alert('OutagePartial', 'as:4', 'notice', 'LL'),
    alert('GroupOutagePartial', 'group:MM', 'info', 'MM'),
    alert('OutagePartial', 'as:5', 'info', 'MM'),
    alert('GroupBeatConfirmed', 'group:NN', 'warning', 'NN'),
    alert('BeatConfirmed', 'as:6', 'warning', 'NN'),
    alert('OutageFull', 'as:7', 'warning', 'NN'),
  ];
  assert.deepEqual(await heldBack(await started(t), alerts), [
    'BeatConfirmed as:1',
    'BeatConfirmed as:6',
    'OutageFull as:1',
    'OutagePartial as:4',
  ]);
});

/** Of each rule, in the order of the file: who is told, who is not while that is, who still is. */
const rules: readonly { told: Alert; silenced: readonly Alert[]; heard: readonly Alert[] }[] = [
  {
    told: pipeline('SteadybeatNoFeed'),
    silenced: [alert('OutageFull', 'as:1', 'critical')],
    heard: [alert('TestAlert', 'test:alert', 'info')],
  },
  {
    told: pipeline('SteadybeatNoFeed'),
    silenced: [
      pipeline('SteadybeatFeedSilent', 'warning'),
      pipeline('SteadybeatLiveFeedSilent', 'warning'),
      pipeline('SteadybeatBehind'),
      pipeline('SteadybeatWaiting'),
      pipeline('SteadybeatTooFewPeers'),
      pipeline('SteadybeatSnapshotStale', 'warning'),
    ],
    heard: [pipeline('SteadybeatDeadLetters', 'warning')],
  },
  {
    told: pipeline('SteadybeatWaiting'),
    silenced: [pipeline('SteadybeatBehind'), pipeline('SteadybeatLagGrowing', 'warning')],
    heard: [pipeline('SteadybeatNotReady', 'warning')],
  },
  {
    told: pipeline('SteadybeatTargetDown'),
    silenced: [
      pipeline('SteadybeatNotReady', 'warning'),
      pipeline('SteadybeatBehind'),
      pipeline('SteadybeatLagGrowing', 'warning'),
    ],
    heard: [pipeline('SteadybeatTooFewPeers')],
  },
  {
    told: alert('OutagePartial', 'as:1', 'warning'),
    silenced: [
      alert('BeatWatch', 'as:1', 'notice'),
      alert('BeatConfirmed', 'as:1', 'warning'),
      alert('BurstOfInstability', 'as:1', 'info'),
      alert('DataPlaneOutage', 'as:1', 'warning'),
    ],
    heard: [
      alert('BeatConfirmed', 'as:2', 'warning'),
      alert('OutagePartial', 'as:3', 'notice'),
      alert('BeatConfirmed', 'as:3', 'warning'),
    ],
  },
  {
    told: alert('OutageFull', 'as:1', 'warning'),
    silenced: [alert('OutagePartial', 'as:1', 'warning')],
    heard: [
      alert('OutagePartial', 'as:2', 'warning'),
      alert('OutageFull', 'as:3', 'info'),
      alert('OutagePartial', 'as:3', 'info'),
    ],
  },
  {
    told: alert('BeatConfirmed', 'as:1', 'warning'),
    silenced: [alert('BeatWatch', 'as:1', 'notice')],
    heard: [alert('BeatWatch', 'as:2', 'notice'), alert('DataPlaneOutage', 'as:1', 'warning')],
  },
  {
    told: alert('BeatWatch', 'as:1', 'notice'),
    silenced: [alert('BurstOfInstability', 'as:1', 'info')],
    heard: [alert('BurstOfInstability', 'as:2', 'info')],
  },
  {
    told: alert('GroupOutageFull', 'group:KP', 'critical', 'KP'),
    silenced: [alert('OutageFull', 'as:1', 'critical', 'KP')],
    heard: [alert('OutageFull', 'as:2', 'critical')],
  },
  {
    told: alert('GroupOutagePartial', 'group:KP', 'warning', 'KP'),
    silenced: [alert('OutageFull', 'as:1', 'warning', 'KP')],
    heard: [alert('OutageFull', 'as:2', 'critical', 'KP'), alert('OutageFull', 'as:3', 'warning', 'LL')],
  },
  {
    told: alert('GroupOutagePartial', 'group:KP', 'notice', 'KP'),
    silenced: [alert('OutagePartial', 'as:1', 'notice', 'KP')],
    heard: [alert('OutagePartial', 'as:2', 'warning', 'KP'), alert('OutagePartial', 'as:3', 'notice', 'LL')],
  },
  {
    told: alert('GroupOutageFull', 'group:KP', 'warning', 'KP'),
    silenced: [alert('GroupOutagePartial', 'group:KP', 'warning', 'KP')],
    heard: [alert('GroupOutagePartial', 'group:LL', 'warning', 'LL')],
  },
  {
    told: alert('GroupBeatWatch', 'group:KP', 'warning', 'KP'),
    silenced: [
      alert('BeatConfirmed', 'as:1', 'warning', 'KP'),
      alert('BeatWatch', 'as:2', 'notice', 'KP'),
      alert('BurstOfInstability', 'as:3', 'info', 'KP'),
    ],
    heard: [
      alert('BeatConfirmed', 'as:4', 'warning'),
      alert('BeatConfirmed', 'as:5', 'warning', 'LL'),
      alert('OutageFull', 'as:6', 'notice', 'KP'),
    ],
  },
  {
    told: alert('GroupBeatWatch', 'group:KP', 'notice', 'KP'),
    silenced: [alert('BeatWatch', 'as:1', 'notice', 'KP')],
    heard: [
      alert('BeatConfirmed', 'as:2', 'warning', 'KP'),
      alert('BeatWatch', 'as:3', 'notice', 'LL'),
      alert('OutagePartial', 'as:4', 'notice', 'KP'),
    ],
  },
  {
    told: alert('GroupBeatConfirmed', 'group:KP', 'warning', 'KP'),
    silenced: [alert('GroupBeatWatch', 'group:KP', 'warning', 'KP')],
    heard: [alert('GroupBeatWatch', 'group:LL', 'warning', 'LL')],
  },
  {
    told: alert('GroupOutagePartial', 'group:KP', 'warning', 'KP'),
    silenced: [
      alert('GroupBeatWatch', 'group:KP', 'notice', 'KP'),
      alert('GroupBeatConfirmed', 'group:KP', 'warning', 'KP'),
    ],
    heard: [alert('GroupBeatConfirmed', 'group:LL', 'warning', 'LL')],
  },
  {
    told: labelled(alert('LeakChurn', 'transit:99', 'notice'), { leak: '99' }),
    silenced: [
      labelled(alert('BeatWatch', 'as:1', 'notice'), { leak: '99' }),
      labelled(alert('BurstOfInstability', 'as:2', 'info'), { leak: '99' }),
    ],
    heard: [
      alert('BeatWatch', 'as:3', 'notice'),
      labelled(alert('BeatWatch', 'as:4', 'notice'), { leak: '98' }),
      labelled(alert('OutagePartial', 'as:5', 'warning'), { leak: '99' }),
    ],
  },
  {
    told: alert('OutageFull', 'as:1', 'notice'),
    silenced: [alert('OutageFull', 'as:1', 'notice', 'KP')],
    heard: [
      alert('DataPlaneOutage', 'as:1', 'notice', 'KP'),
      labelled(alert('OutageFull', 'as:1', 'notice', 'KP'), { incident: 'y' }),
    ],
  },
  {
    told: alert('BeatWatch', 'as:1', 'notice'),
    silenced: [labelled(alert('BeatWatch', 'as:1', 'notice'), { leak: '99' })],
    heard: [labelled(alert('BeatWatch', 'as:1', 'notice'), { leak: '99', incident: 'y' })],
  },
  {
    told: labelled(alert('OutageFull', 'as:1', 'notice'), { incident: 'x' }),
    silenced: [labelled(alert('OutagePartial', 'as:1', 'notice'), { incident: 'x' })],
    heard: [labelled(alert('OutagePartial', 'as:1', 'notice'), { incident: 'y' })],
  },
  {
    told: labelled(alert('OutageFull', 'as:1', 'critical'), { incident: 'x' }),
    silenced: [labelled(alert('OutageFull', 'as:1', 'warning'), { incident: 'x' })],
    heard: [labelled(alert('OutageFull', 'as:1', 'warning'), { incident: 'y' })],
  },
  {
    told: labelled(alert('OutageFull', 'as:1', 'warning'), { incident: 'x' }),
    silenced: [labelled(alert('OutageFull', 'as:1', 'notice'), { incident: 'x' })],
    heard: [labelled(alert('OutageFull', 'as:1', 'notice'), { incident: 'y' })],
  },
];

test('each rule holds back what it is for, and nothing else: neither its look-alikes nor what another job says', {
  skip: noAlertmanager,
}, async (t) => {
  const { inhibit_rules } = parse(readFileSync(configFile, 'utf8')) as { inhibit_rules: unknown[] };
  assert.equal(rules.length, inhibit_rules.length, 'each rule has its case');
  // Each in a job of its own, so that no other rule does its work.
  const inJobs = rules.map(({ told, silenced, heard }, index) => {
    const inJob = (one: Alert) => labelled(one, { job: `rule-${index}` });
    return { all: [told, ...silenced, ...heard].map(inJob), silenced: silenced.map(inJob) };
  });
  const named = ({ labels: { job, alertname, subject, severity, incident } }: Alert) =>
    [job, alertname, subject, severity, incident].join(' ');
  const held = await heldBack(
    await started(t),
    inJobs.flatMap(({ all }) => all),
    named,
  );
  assert.deepEqual(held, inJobs.flatMap(({ silenced }) => silenced.map(named)).sort());
});
