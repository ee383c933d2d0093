/** What people are told while an incident changes, by a real Prometheus and a real Alertmanager with the rules and routes that are shipped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { minuteOf } from '#core/event-time.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { ExporterWorld, outage } from './exporter-world.ts';
import { Monitoring } from './monitoring.ts';
import { noAlertmanager, noPrometheus } from './prometheus-tools.ts';

/** Of those that Alertmanager should tell of all the time: which it did not, when somebody looked. */
class Watch {
  readonly incidents = new Set<string>();
  readonly gaps: string[] = [];
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;

  constructor(monitoring: Monitoring) {
    this.#ended = this.#run(monitoring);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(monitoring: Monitoring): Promise<void> {
    for (; !this.#stopping.signal.aborted; await setTimeout(100)) {
      const open = [...this.incidents];
      const alerts = await monitoring.alerts();
      const heard = new Set(
        alerts.filter(({ inhibitors }) => inhibitors === 0).map(({ labels }) => labels.incident),
      );
      // What has been closed meanwhile may be over.
      this.gaps.push(...open.filter((incident) => !heard.has(incident) && this.incidents.has(incident)));
    }
  }
}

test('an incident that changes is told under its own id, without a gap; nothing is told as over that is not, and nobody is paged twice', {
  skip: noPrometheus || noAlertmanager,
}, async (t) => {
  const world = new ExporterWorld();
  world.second = Math.floor(Date.now() / 1000);
  await world.open();
  t.after(() => world.close());
  await world.start();
  await world.minute(minuteOf(world.second) - 1, []);
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  const server = await openProbes({ host: '127.0.0.1', port: 0 }, health, world.metrics, {
    warn: console.error,
  });
  t.after(() => server.close());
  const monitoring = new Monitoring();
  let watch: Watch | undefined;
  // First who asks Alertmanager all the time.
  t.after(async () => {
    await watch?.stop();
    await monitoring.stop();
  });
  await monitoring.start([server.address]);
  await monitoring.until('it is not scraped', async () => (await monitoring.query('up == 1')).length === 1);
  const watched = new Watch(monitoring);
  watch = watched;

  const known = new Map<string, Partial<Anomaly>>();
  const tell = async (incidentId: string, facts: Partial<Anomaly>) => {
    const before = known.get(incidentId);
    const [startSecond, eventSecond] = [world.second - 300, world.second];
    const anomaly = { incidentId, startSecond, ...before, eventSecond, ...facts };
    known.set(incidentId, anomaly);
    await world.anomaly({ transition: before === undefined ? 'opened' : 'updated', ...anomaly });
  };
  const close = async (...incidents: string[]) => {
    // It was open for longer than what comes and goes is told.
    world.second += 60;
    for (const id of incidents) {
      watched.incidents.delete(id);
      await tell(id, { transition: 'closed', closeReason: 'recovered', endSecond: world.second });
    }
  };
  /** What each message said of it, once: the alert that an incident was before its group changed may end within the same message. */
  const toldTo = (receiver: string, incident: string) => {
    const told = monitoring.told.filter(
      (one) => one.receiver === receiver && one.labels.incident === incident,
    );
    const messages = Map.groupBy(told, ({ atMs }) => atMs).values();
    return [...messages].flatMap((alerts) => [
      ...new Set(alerts.map(({ labels, status }) => `${labels.alertname} ${labels.severity} ${status}`)),
    ]);
  };
  const hears = (receiver: string, incident: string, what: string) =>
    monitoring.until(`${receiver} does not hear of ${incident}: ${what}`, async () =>
      toldTo(receiver, incident).includes(what),
    );

  await tell('grows', { subject: 'as:1', originAs: 1, kind: 'outagePartial', severity: 'warning' });
  await tell('beats', { subject: 'as:2', originAs: 2, kind: 'beatWatch', severity: 'notice' });
  await tell('shrinks', { subject: 'as:3', originAs: 3, kind: 'outageFull', severity: 'critical' });
  await tell('member', { subject: 'as:4', originAs: 4, kind: 'outageFull', severity: 'critical' });
  await hears('newsroom', 'grows', 'OutagePartial warning firing');
  await hears('newsroom', 'beats', 'BeatWatch notice firing');
  await hears('on-call', 'shrinks', 'OutageFull critical firing');
  await hears('on-call', 'member', 'OutageFull critical firing');
  for (const incident of ['grows', 'beats', 'shrinks', 'member']) watched.incidents.add(incident);

  const evidence = { ...outage.evidence, members: ['as:4', 'as:5'] };
  const ofGroup = { subject: 'group:KP', originAs: 0, evidence } as const;
  await tell('group', { ...ofGroup, kind: 'outageFull', severity: 'critical' });
  await hears('on-call', 'group', 'GroupOutageFull critical firing');
  await tell('later', { subject: 'as:5', originAs: 5, kind: 'outageFull', severity: 'critical' });
  await monitoring.until('a later member is not held back', async () =>
    (await monitoring.alerts()).some(
      ({ labels, inhibitors }) => labels.incident === 'later' && inhibitors > 0,
    ),
  );

  const changedMs = performance.now();
  await tell('grows', { kind: 'outageFull', severity: 'critical' });
  await tell('beats', { kind: 'beatConfirmed', severity: 'warning' });
  await tell('shrinks', { kind: 'outagePartial', severity: 'warning' });
  await hears('on-call', 'grows', 'OutageFull critical firing');
  const grown = monitoring.told.find(
    ({ receiver, labels }) => receiver === 'on-call' && labels.incident === 'grows',
  )!;
  t.diagnostic(`from the update in anomalies to the webhook: ${Math.round(grown.atMs - changedMs)} ms`);
  assert.match(grown.annotations.incident_url!, /\/incidents\/grows$/);
  await hears('newsroom', 'beats', 'BeatConfirmed warning firing');
  await hears('newsroom', 'shrinks', 'OutagePartial warning firing');
  await hears('on-call', 'shrinks', 'OutageFull critical resolved');
  await monitoring.until(
    'what the incidents were holds for ever',
    async () =>
      (await monitoring.query('ALERTS{alertname=~"OutagePartial|BeatWatch", incident=~"grows|beats"}'))
        .length === 0,
  );
  // All that was told as over until now: the outage that is a partial one since.
  assert.deepEqual(
    monitoring.told
      .filter(({ status, labels }) => status === 'resolved' && labels.scope === 'incident')
      .map(({ receiver, labels }) => `${receiver} ${labels.incident} ${labels.alertname}`)
      .sort(),
    ['newsroom shrinks OutageFull', 'on-call shrinks OutageFull'],
  );

  assert.deepEqual(toldTo('on-call', 'later'), []);
  await close('group');
  await hears('on-call', 'later', 'OutageFull critical firing');
  await hears('on-call', 'group', 'GroupOutageFull critical resolved');
  watched.incidents.add('later');
  await close('grows', 'beats', 'shrinks', 'member', 'later');
  const once = ['OutageFull critical firing', 'OutageFull critical resolved'];
  for (const incident of ['grows', 'member', 'later']) {
    await hears('newsroom', incident, once[1]!);
    await hears('on-call', incident, once[1]!);
  }
  await hears('newsroom', 'beats', 'BeatConfirmed warning resolved');
  await hears('newsroom', 'shrinks', 'OutagePartial warning resolved');

  for (const incident of ['grows', 'shrinks', 'member', 'later'])
    assert.deepEqual(toldTo('on-call', incident), once, incident);
  assert.deepEqual(toldTo('on-call', 'beats'), []);
  assert.deepEqual(watched.gaps, []);
});
