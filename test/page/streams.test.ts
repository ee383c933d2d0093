import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldView } from '#page/view/world-view.ts';
import { EventStream } from './event-stream.ts';
import { anomalyOf, noon, openMany, passMinute, servePage } from './made-world.ts';

test('a change is told to everybody who listens, and a minute', async (t) => {
  const view = new WorldView();
  const page = await servePage(t, view);
  const streams = await Promise.all([1, 2].map(() => EventStream.open(`${page.url}/api/v1/stream`)));
  view.addAnomaly(anomalyOf());
  view.addAnomaly(anomalyOf({ transition: 'closed', closeReason: 'recovered' }));
  passMinute(view, noon + 600);
  for (const stream of streams) {
    await stream.first(({ event, data }) => event === 'minute' && data.asOf === '2014-12-22T12:11:00Z');
    const told = stream.events.filter(({ event }) => event === 'incident').map(({ data }) => data.transition);
    assert.deepEqual(told, ['TRANSITION_OPENED', 'TRANSITION_CLOSED']);
    stream.close();
  }
});

test('who was cut off gets what it missed, once', async (t) => {
  const view = new WorldView();
  const page = await servePage(t, view);
  const stream = await EventStream.open(`${page.url}/api/v1/stream`);
  openMany(view, 3);
  const { id } = await stream.first(({ data }) => data.originAs === 65_001);
  stream.close();
  view.addAnomaly(anomalyOf({ originAs: 7 }));
  const again = await EventStream.open(`${page.url}/api/v1/stream`, { 'last-event-id': id! });
  await again.first(({ event }) => event === 'minute');
  assert.deepEqual(
    again.events.filter(({ event }) => event === 'incident').map(({ data }) => data.originAs),
    [65_002, 7],
  );
  again.close();
  for (const unknown of ['x', 'ffffffff-1', `${id}9999`, '\u00ff-1']) {
    const other = await EventStream.open(`${page.url}/api/v1/stream`, { 'last-event-id': unknown });
    await other.first(({ event }) => event === 'reset');
    other.close();
  }
});

test('the world is told as what changed', async (t) => {
  const view = new WorldView();
  view.addAnomaly(anomalyOf({ originAs: 1, severity: 'critical' }));
  const page = await servePage(t, view, { names: new Map([[2, { name: 'TWO', country: 'DE' }]]) });
  const stream = await EventStream.open(`${page.url}/live/world`);
  const all = await stream.first(() => true);
  const [first] = all.data.order as string[];
  assert.equal(all.data.order.length, 1);
  assert.match(all.data.rows[first!], /AS1/);
  assert.deepEqual([all.data.title, all.data.countries], ['1 open incident · Steadybeat', '']);
  view.addAnomaly(anomalyOf({ originAs: 2 }));
  const change = await stream.first(({ data }) => data.order?.length === 2);
  assert.deepEqual(Object.keys(change.data.rows), [anomalyOf({ originAs: 2 }).incidentId]);
  assert.equal(change.data.title, '2 open incidents · Steadybeat');
  assert.match(change.data.countries, /<b>DE<\/b> 1/);
  view.addAnomaly(anomalyOf({ originAs: 1, transition: 'closed', closeReason: 'recovered' }));
  await stream.first(({ data }) => data.order?.length === 1 && data.order[0] !== first);
  stream.close();
});

test('of too many viewers the last is asked to come again', async (t) => {
  const page = await servePage(t, new WorldView(), { viewersMax: 2 });
  const streams = [
    await EventStream.open(`${page.url}/live/pulse`),
    await EventStream.open(`${page.url}/live/world`),
  ];
  const refused = await page.get('/api/v1/stream');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '10']);
  for (const stream of streams) stream.close();
});
