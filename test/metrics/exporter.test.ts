import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { emptyVisibility } from '#runtime/codec/visibility.ts';
import { anomalies } from '#runtime/topics.ts';
import { exportedPage } from '../../services/main-job/kafka/run-command-page.ts';
import { ExporterWorld, outage, seriesOf, type WorldOptions } from './exporter-world.ts';
import { fullTable, openIncidents } from './full-table.ts';
import { noPrometheus, promtool, run } from './prometheus-tools.ts';

const startName = 'steadybeat_incident_start_timestamp_seconds';
const labels = (id: string, asn: number, kind: string, severity: string) =>
  `incident="${id}",subject="as:${asn}",asn="${asn}",country="",kind="${kind}",severity="${severity}",muted="",group="",leak=""`;

async function opened(t: TestContext, options?: WorldOptions): Promise<ExporterWorld> {
  const world = new ExporterWorld(options);
  await world.open();
  t.after(() => world.close());
  return world;
}

test('an incident has a series while it is open, and changes its labels with its kind', async (t) => {
  const world = await opened(t);
  await world.start();
  await world.anomaly({
    incidentId: 'x',
    kind: 'beatWatch',
    severity: 'notice',
    originAs: 7,
    subject: 'as:7',
  });
  const watch = seriesOf(await world.text(), startName);
  assert.deepEqual([...watch], [[labels('x', 7, 'beat_watch', 'notice'), 1_799_999_700]]);
  const confirmed = { kind: 'beatConfirmed', severity: 'warning', originAs: 7, subject: 'as:7' } as const;
  await world.anomaly({ ...confirmed, incidentId: 'x', transition: 'updated' });
  const changed = seriesOf(await world.text(), startName);
  assert.deepEqual([...changed.keys()], [labels('x', 7, 'beat_confirmed', 'warning')]);
  world.second += 60;
  await world.anomaly({ ...confirmed, incidentId: 'x', transition: 'closed', closeReason: 'recovered' });
  assert.equal(seriesOf(await world.text(), startName).size, 0);
  const totals = seriesOf(await world.text(), 'steadybeat_incident_transitions_total');
  assert.equal(totals.get('kind="beat_watch",severity="notice",transition="opened"'), 1);
  assert.equal(totals.get('kind="beat_confirmed",severity="warning",transition="closed"'), 1);
});

test('a group that is out names itself in the series of its members, until it is muted; what is muted says so', async (t) => {
  const world = await opened(t);
  await world.start();
  const labelsNow = async () =>
    [...seriesOf(await world.text(), startName).keys()].map((key) =>
      key.replace(/.*(subject="[^"]*").*(muted=.*),leak=""/, '$1 $2'),
    );
  const member = {
    incidentId: 'm',
    kind: 'outageFull',
    severity: 'notice',
    originAs: 7,
    subject: 'as:7',
  } as const;
  const group = {
    incidentId: 'g',
    kind: 'outageFull',
    severity: 'warning',
    originAs: 0,
    subject: 'group:KP',
  } as const;
  await world.anomaly(member);
  await world.anomaly({ ...member, incidentId: 'n', originAs: 8, subject: 'as:8' });
  const evidence = { ...outage.evidence, members: ['as:7'] };
  await world.anomaly({ ...group, evidence });
  assert.deepEqual(await labelsNow(), [
    'subject="group:KP" muted="",group="KP"',
    'subject="as:7" muted="",group="KP"',
    'subject="as:8" muted="",group=""',
  ]);
  const muted = { subject: 'group:KP', untilSecond: 1_900_000_000, reason: 'works' };
  await world.anomaly({ ...group, evidence, transition: 'updated', muted });
  await world.anomaly({ ...member, transition: 'updated', muted });
  assert.deepEqual(await labelsNow(), [
    'subject="group:KP" muted="true",group="KP"',
    'subject="as:7" muted="true",group=""',
    'subject="as:8" muted="",group=""',
  ]);
});

test('a leak names itself in the series of its origins, and of nobody else, until it is muted', async (t) => {
  const world = await opened(t);
  await world.start();
  const leaksNow = async () =>
    [...seriesOf(await world.text(), startName).keys()]
      .map((key) => key.replace(/.*subject="([^"]*)".*leak="([^"]*)".*/, '$1 $2'))
      .sort();
  const leak = {
    incidentId: 'leak',
    kind: 'leakChurn',
    severity: 'notice',
    originAs: 0,
    subject: 'transit:99',
    prefixes: ['192.0.2.0/24'],
    evidence: { ...outage.evidence, viaAses: [99] },
  } as const;
  const beat = async (originAs: number, prefix: string, upstreamAs: number) =>
    world.anomaly({
      incidentId: `beat-${originAs}`,
      kind: 'beatWatch',
      severity: 'notice',
      originAs,
      subject: `as:${originAs}`,
      prefixes: ['2001:db8::/48', prefix],
      evidence: { ...outage.evidence, upstreamAs },
    });
  await world.anomaly(leak);
  await beat(1, '192.0.2.0/24', 0);
  await beat(2, '198.51.100.0/24', 99);
  await beat(3, '203.0.113.0/24', 98);
  assert.deepEqual(await leaksNow(), ['as:1 99', 'as:2 99', 'as:3 ', 'transit:99 99']);
  const muted = { subject: 'transit:99', untilSecond: 1_900_000_000, reason: 'works' };
  await world.anomaly({ ...leak, transition: 'updated', muted });
  assert.deepEqual(await leaksNow(), ['as:1 ', 'as:2 ', 'as:3 ', 'transit:99 99']);
});

test('an incident says where its AS is registered; of others, and of ASes that nobody knows, it says nothing', async (t) => {
  const world = await opened(t, { countryOf: (asn) => (asn === 7 ? 'KP' : '') });
  await world.start();
  await world.anomaly({ incidentId: 'a', originAs: 7, subject: 'as:7' });
  await world.anomaly({ incidentId: 'b', originAs: 8, subject: 'as:8' });
  await world.anomaly({ incidentId: 'c', originAs: 0, subject: 'group:KP' });
  for (const name of [startName, 'steadybeat_incident_prefixes']) {
    const countries = [...seriesOf(await world.text(), name).keys()].map((key) =>
      key.replace(/.*subject="([^"]*)".*country="([^"]*)".*/, '$1 $2'),
    );
    assert.deepEqual(countries, ['as:7 KP', 'as:8 ', 'group:KP ']);
  }
});

test('the countries are those of the names file', () => {
  const { countryOf, close } = exportedPage('7 SEVEN, KP\n8 EIGHT, ZZ\n9 NINE "\n{}", kp');
  close();
  assert.deepEqual([7, 8, 9, 10, 0].map(countryOf), ['KP', '', '', '', '']);
});

test('it keeps no snapshots, so none of them is old', async (t) => {
  const world = await opened(t);
  await world.start();
  assert.equal(seriesOf(await world.text(), 'steadybeat_snapshot_timestamp_seconds').size, 0);
});

test('what came and went between two scrapes is told for a while', async (t) => {
  const world = await opened(t);
  await world.start();
  await world.anomaly({ incidentId: 'x' });
  await world.anomaly({ incidentId: 'x', transition: 'closed', closeReason: 'recovered' });
  assert.equal(seriesOf(await world.text(), startName).size, 1);
  assert.equal(
    [...seriesOf(await world.text(), 'steadybeat_incidents_open').values()].reduce((a, b) => a + b),
    0,
  );
  world.second += 46;
  assert.equal(seriesOf(await world.text(), startName).size, 0);
});

test('after a restart what is open is known, and what was over is neither told nor counted', async (t) => {
  const world = await opened(t, { watchList: [7] });
  await world.anomaly({ incidentId: 'open' });
  await world.anomaly({ incidentId: 'over' });
  await world.anomaly({ incidentId: 'over', transition: 'closed', closeReason: 'recovered' });
  await world.minute(29_999_997, [{ originAs: 7, score: 0.5, eventCount: 3 }]);
  await world.minute(29_999_998, []);
  await world.start();
  world.second += 10;
  await world.minute(29_999_999, []);
  const text = await world.text();
  assert.match([...seriesOf(text, startName).keys()].join('\n'), /^incident="open"[^\n]*$/);
  const transitions = [...seriesOf(text, 'steadybeat_incident_transitions_total').values()];
  assert.equal(transitions.length, 9 * 4 * 3);
  assert.ok(transitions.every((count) => count === 0));
  assert.deepEqual([...seriesOf(text, 'steadybeat_watch_score')], [['asn="7"', 0.5]]);
  assert.deepEqual([...seriesOf(text, 'steadybeat_watch_prefix_events_total')], [['asn="7"', 0]]);
  const watermark = seriesOf(text, 'steadybeat_watermark_timestamp_seconds');
  assert.deepEqual([...watermark], [['task="metrics-exporter/0"', 60 * 29_999_999]]);
});

test('a watched AS, the table and the delays', async (t) => {
  const world = await opened(t, { watchList: [7, 8] });
  await world.start();
  const ipv4 = { ...emptyVisibility(), expected: 4, visible: 1, lost: 3 };
  await world.minute(
    29_999_998,
    [
      { originAs: 7, score: 0.4, surprise: 5.5, eventCount: 3, ipv4 },
      { originAs: 9, score: 0.9, surprise: 30 },
    ],
    { unstableOrigins: 2, ipv6Frozen: true },
  );
  const text = await world.text();
  assert.deepEqual(
    [...seriesOf(text, 'steadybeat_watch_prefixes')],
    [
      ['asn="7",family="ipv4",state="visible"', 1],
      ['asn="7",family="ipv4",state="lost"', 3],
    ],
  );
  assert.deepEqual([...seriesOf(text, 'steadybeat_watch_surprise').values()], [5.5, 0]);
  const scores = seriesOf(text, 'steadybeat_as_score_bucket');
  assert.deepEqual([scores.get('le="0.25"'), scores.get('le="0.5"'), scores.get('le="+Inf"')], [0, 1, 2]);
  // The wall clock stands one minute after the end of that event minute.
  assert.equal(seriesOf(text, 'steadybeat_event_delay_seconds_sum').get(''), 60);
  assert.deepEqual([...seriesOf(text, 'steadybeat_family_frozen').values()], [0, 1]);
  assert.equal(seriesOf(text, 'steadybeat_origins_unstable').get(''), 2);
});

test('what probes say of a watched AS: nothing of one that is not probed, nor what they cannot say', async (t) => {
  const world = await opened(t, { watchList: [7, 8, 9, 10] });
  await world.start();
  const none = { disconnectedProbes: 0, knownProbes: 0, disconnectedSecond: 0, changed: false };
  const asked = { ...none, targets: 10, replying: 10, probers: 1, sinceSecond: 60 * 29_999_998 };
  await world.minute(29_999_998, [
    { originAs: 7, reach: { ...asked, originAs: 7, state: 'down', replying: 2, logOdds: Math.log(3) } },
    { originAs: 8, reach: { ...asked, originAs: 8, state: 'up', logOdds: -800 } },
    { originAs: 9, reach: { ...asked, originAs: 9, state: 'absent', replying: 1, logOdds: 0 } },
    { originAs: 10 },
    { originAs: 11, reach: { ...asked, originAs: 11, state: 'down', logOdds: 3 } },
  ]);
  const text = await world.text();
  const told = (name: string) => [...seriesOf(text, `steadybeat_watch_probe_${name}`)];
  assert.deepEqual(told('down'), [
    ['asn="7"', 1],
    ['asn="8"', 0],
  ]);
  const [[, down], [, up]] = told('down_probability') as [[string, number], [string, number]];
  assert.ok(Math.abs(down - 0.75) < 1e-9 && up === 0 && told('down_probability').length === 2);
  assert.deepEqual(
    told('targets').map(([labels, count]) => `${labels} ${count}`),
    [7, 8, 9].flatMap((asn, i) => [
      `asn="${asn}",answer="reply" ${[2, 10, 1][i]}`,
      `asn="${asn}",answer="none" ${[8, 0, 9][i]}`,
    ]),
  );
});

test('records that are missing, garbage or there twice', async (t) => {
  const world = await opened(t);
  await world.start();
  await world.anomaly({ incidentId: 'a' });
  const producer = await world.log.openProducer();
  const value = Buffer.from('garbage');
  await producer.send([{ topic: anomalies.topic, partition: 0, key: '', value }]);
  const twice = { incidentId: 'b' };
  const encode = (sequence: number) => ({ producer: 'anomaly-detector/0', sequence, eventMinute: 1 });
  const { value: first } = await firstRecord(world);
  const record = anomalies.codec.encode(encode(5), { ...anomalies.codec.decode(...first), ...twice })[0]!;
  const again = { topic: anomalies.topic, partition: 0, key: '', value: record };
  await producer.send([again, again]);
  for (;;) {
    const text = (await world.metrics.exposition('')).text;
    if (seriesOf(text, 'steadybeat_consumer_position').get('topic="anomalies",partition="0"') !== 4) continue;
    const unread = seriesOf(text, 'steadybeat_records_unread_total');
    assert.equal(unread.get('topic="anomalies",reason="missing"'), 3);
    assert.equal(unread.get('topic="anomalies",reason="undecodable"'), 1);
    assert.equal(seriesOf(text, startName).size, 2);
    return;
  }
});

async function firstRecord(world: ExporterWorld) {
  for await (const record of world.log.scan(anomalies.topic, 0, 0, 1)) {
    const { envelope, body } = anomalies.codec.open(record.value!);
    return { value: [envelope, body] as const };
  }
  throw new Error('nothing was written');
}

test('both formats hold the same; exemplars name the incident; all of ours are by the conventions', {
  skip: noPrometheus,
}, async (t) => {
  const world = await opened(t, { watchList: [7] });
  await world.start();
  await world.anomaly({ incidentId: 'x' });
  await world.minute(29_999_998, [{ originAs: 7, score: 0.4 }]);
  const openMetrics = await world.text('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  const text = await world.text();
  assert.match(openMetrics, /# EOF\n$/);
  assert.match(
    openMetrics,
    /_transitions_total\{kind="outage_full",severity="critical",transition="opened"\} 1 # \{incident="x"\} 1 /,
  );
  assert.match(openMetrics, /# TYPE steadybeat_incident_transitions counter/);
  assert.doesNotMatch(text, /incident="x"\} 1 \d/);
  const names = (of: string) =>
    new Set([...of.matchAll(/^(steadybeat_[a-z_]+)[{ ]/gm)].map(([, name]) => name));
  assert.deepEqual(names(openMetrics), names(text));
  const checked = run(promtool, ['check', 'metrics'], text);
  assert.deepEqual(checked, { status: 0, output: '' });
});

test('80,000 ASes and 8,000 open incidents: at most 10,000 series and 2 MB', async (t) => {
  const world = await fullTable();
  t.after(() => world.close());
  const text = await world.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.ok(lines.length <= 10_000, `${lines.length} series`);
  assert.ok(Buffer.byteLength(text) <= 2_000_000, `${Buffer.byteLength(text)} bytes`);
  const starts = [...seriesOf(text, startName).keys()];
  assert.equal(starts.length, 1000);
  assert.ok(starts.every((labels) => labels.includes('severity="critical"')));
  assert.equal(seriesOf(text, 'steadybeat_series_overflow_total').get(''), openIncidents - 1000);
  const open = seriesOf(text, 'steadybeat_incidents_open');
  assert.equal(open.get('kind="outage_full",severity="info"'), openIncidents / 4);
  t.diagnostic(`${lines.length} series, ${Buffer.byteLength(text)} bytes`);
});
