/** A real Alertmanager with the configuration that is shipped: who is not told while a group is. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { freePorts } from '../kafka/free-ports.ts';
import { alertmanager, noAlertmanager } from '../metrics/prometheus-tools.ts';

const patienceMs = 60_000;

async function started(t: TestContext): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-inhibition-'));
  const [port] = await freePorts(1);
  const child: ChildProcess = spawn(
    alertmanager,
    [
      '--config.file=deploy/alertmanager/alertmanager.yml',
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

const alert = (alertname: string, subject: string, severity: string, group: string) => ({
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

/** "OutageFull as:1" of those that are held back, once Alertmanager knows all. */
async function heldBack(address: string, alerts: readonly ReturnType<typeof alert>[]): Promise<string[]> {
  const options = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(alerts),
  };
  for (let waitedMs = 0; ; waitedMs += 200) {
    try {
      if ((await fetch(address, options)).ok) {
        const known = (await (await fetch(address)).json()) as {
          labels: { alertname: string; subject: string };
          status: { state: string };
        }[];
        if (known.length === alerts.length && known.every(({ status }) => status.state !== 'unprocessed'))
          return known
            .filter(({ status }) => status.state === 'suppressed')
            .map(({ labels }) => `${labels.alertname} ${labels.subject}`)
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
  ];
  assert.deepEqual(await heldBack(await started(t), alerts), [
    'BeatConfirmed as:1',
    'OutageFull as:1',
    'OutagePartial as:4',
  ]);
});
