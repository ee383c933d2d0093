import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AsHistory } from '#page/view/as-history.ts';
import { WorldView } from '#page/view/world-view.ts';
import { anomalyOf, eventOf, lostOf, noon, openMany, passMinute, scoresOf } from './made-world.ts';

const network = '192.0.2.0/24';

function historyOf(...minutes: readonly ReturnType<typeof scoresOf>[]): AsHistory {
  const history = new AsHistory(64_500);
  for (const { eventMinute, content } of minutes)
    if (content.case === 'score') history.add(eventMinute, content.value);
  return history;
}
const spansOf = (history: AsHistory) =>
  history
    .statesOf(network)!
    .spans(0, Number.POSITIVE_INFINITY)
    .map(({ state, fromSecond, toSecond }) => [state, fromSecond - noon, toSecond - noon]);

test('a prefix is gone from the second of its event to the second of its return', () => {
  const history = historyOf(
    scoresOf(noon, { events: [eventOf('down', network, noon + 3)], ipv4: lostOf([network]) }),
    scoresOf(noon + 60, { ipv4: lostOf([network]) }),
    scoresOf(noon + 120, { events: [eventOf('up', network, noon + 130)] }),
  );
  assert.deepEqual(spansOf(history), [['gone', 3, 130]]);
});

test('peers that have it again make it partial, covered as well', () => {
  const history = historyOf(
    scoresOf(noon, { events: [eventOf('down', network, noon + 3)], ipv4: lostOf([network]) }),
    scoresOf(noon + 60, { ipv4: lostOf([network], 30) }),
    scoresOf(noon + 120, { ipv4: lostOf([network], 38) }),
    scoresOf(noon + 180, {
      events: [eventOf('covered', network, noon + 200)],
      ipv4: { ...lostOf([]), covered: 1 },
    }),
    scoresOf(noon + 240, { ipv4: { ...lostOf([]), covered: 1 } }),
    scoresOf(noon + 300, { events: [eventOf('up', network, noon + 310)] }),
  );
  assert.deepEqual(spansOf(history), [
    ['gone', 3, 120],
    ['partial', 120, 180],
    ['gone', 180, 200],
    ['partial', 200, 310],
  ]);
});

test('a return that was not named is seen in the list of what is lost', () => {
  const history = historyOf(
    scoresOf(noon, { events: [eventOf('down', network, noon + 3)], ipv4: lostOf([network]) }),
    scoresOf(noon + 60, { ipv4: lostOf([]) }),
  );
  assert.deepEqual(spansOf(history), [['gone', 3, 120]]);
});

test('of more prefixes than are kept, the visible one that changed longest ago is forgotten', () => {
  const prefixes = Array.from({ length: 65 }, (_, i) => `10.0.${i}.0/24`);
  const [first, second, ...others] = prefixes as [string, string, ...string[]];
  const down = (prefix: string, at: number) =>
    scoresOf(at, { events: [eventOf('down', prefix, at)], ipv4: { ...lostOf([]), lost: 64 } });
  const up = (prefix: string, at: number) =>
    scoresOf(at, { events: [eventOf('up', prefix, at)], ipv4: { ...lostOf([]), lost: 64 } });
  const history = historyOf(
    down(first, noon),
    up(first, noon + 60),
    down(second, noon + 120),
    up(second, noon + 180),
    ...others.slice(0, 62).map((prefix) => down(prefix, noon + 240)),
    down(first, noon + 300),
    up(first, noon + 360),
    down(prefixes[64]!, noon + 420),
  );
  assert.equal(history.prefixes().length, 64);
  assert.deepEqual(
    prefixes.filter((prefix) => history.statesOf(prefix) === undefined),
    [second],
  );
  // What is only named, or not visible, takes or gives no place.
  history.expect([second]);
  assert.equal(history.statesOf(second), undefined);
});

test('a test of the alerts does not move the time of the world', () => {
  const view = new WorldView();
  passMinute(view, noon);
  const asOf = view.asOfSecond;
  view.addAnomaly(
    anomalyOf({ incidentId: 'test', subject: 'test:alert', originAs: 0, eventSecond: noon + 1e6 }),
  );
  assert.equal(view.asOfSecond, asOf);
});

test('an incident moves from open to closed, and keeps how loud it was', () => {
  const view = new WorldView();
  view.addAnomaly(anomalyOf());
  view.addAnomaly(anomalyOf({ transition: 'updated', severity: 'critical' }));
  view.addAnomaly(anomalyOf({ transition: 'closed', closeReason: 'recovered', severity: 'info' }));
  const record = view.incidents.get(anomalyOf().incidentId)!;
  assert.equal(view.incidents.openCount, 0);
  assert.equal(record.peakSeverity, 'critical');
  assert.deepEqual(
    record.transitions.map(({ transition }) => transition),
    ['opened', 'updated', 'closed'],
  );
});

test('of too many incidents the oldest go, and open ones that go are counted', () => {
  const view = new WorldView({ openMax: 10, closedMax: 5 });
  openMany(view, 25);
  assert.equal(view.incidents.openCount, 10);
  assert.equal(view.incidents.forgotten, 15);
  for (let i = 0; i < 25; i++)
    view.addAnomaly(
      anomalyOf({
        originAs: 65_000 + i,
        startSecond: noon + i,
        transition: 'closed',
        closeReason: 'recovered',
      }),
    );
  assert.equal([...view.incidents.closed()].length, 5);
  assert.equal(view.incidents.openCount, 0);
  assert.deepEqual(view.incidents.ofOrigin(65_000), []);
});

test('of too many ASes those go that changed longest ago, but not those with an open incident', () => {
  const view = new WorldView({ asesMax: 3 });
  view.addScores(scoresOf(noon, { originAs: 1 }));
  view.addAnomaly(anomalyOf({ originAs: 1 }));
  for (const originAs of [2, 3, 4, 5]) view.addScores(scoresOf(noon + 60, { originAs }));
  assert.deepEqual([...view.ases.all()].map(({ originAs }) => originAs).sort(), [1, 4, 5]);
});

test('minute scores and changes of prefixes of all ASes are bounded together', () => {
  const pointsMax = 1000;
  const view = new WorldView({ pointsMax });
  const prefixes = Array.from({ length: 90 }, (_, i) => `10.0.${i}.0/24`);
  for (let minute = 0; minute < 300; minute++)
    for (const originAs of [1, 2, 3]) {
      // Other prefixes each time, which take each other's places; for a while only some of them come back.
      const lost = prefixes.slice((minute * 7) % 60, ((minute * 7) % 60) + (minute % 3) * 15);
      view.addScores(scoresOf(noon + 60 * minute, { originAs, ipv4: lostOf(lost) }));
    }
  const kept = [...view.ases.all()].map((history) => {
    const changes = history.prefixes().map((prefix) => history.statesOf(prefix)!.length);
    const points = history.series.length + changes.reduce((sum, length) => sum + length, 0);
    assert.equal(history.points, points, `AS${history.originAs}`);
    return points;
  });
  assert.ok(
    kept.length > 0 && (kept.length === 1 || kept.reduce((sum, points) => sum + points) <= pointsMax),
  );
});

test('a listener hears of each change, after it', () => {
  const view = new WorldView();
  const heard: unknown[] = [];
  const stop = view.listen((change) =>
    heard.push([change.case, view.incidents.openCount, view.asOfSecond - noon]),
  );
  view.addAnomaly(anomalyOf());
  passMinute(view, noon + 180);
  view.setFeeds([]);
  stop();
  view.addAnomaly(anomalyOf({ originAs: 2 }));
  assert.deepEqual(heard, [
    ['incident', 1, 180],
    ['minute', 1, 240],
    ['feeds', 1, 240],
  ]);
});
