/** What the page of an incident says of peers, of its time, and of why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentPage } from '#page/html/incident-page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { evidenceLines } from '../../services/main-job/why/evidence-text.ts';
import { type AnomalyFields, anomalyOf, noon, passMinute } from './made-world.ts';

/** The page of an incident after these changes of it, as the text that one reads. */
function textOf(...changes: readonly AnomalyFields[]): string {
  const view = new WorldView();
  for (const change of changes) view.addAnomaly(anomalyOf(change));
  passMinute(view, noon + 7200);
  const record = view.incidents.get(anomalyOf().incidentId)!;
  const site = { view, names: new Map(), notice: undefined, replayCommand: () => '' };
  return incidentPage(site, record, undefined)
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
}

const whyOf = (change: AnomalyFields) => evidenceLines([anomalyOf(change)], (_, text) => text).join('\n');

test('sample peers are of a loss, which is named: of an outage the one that opened it, of a beat the last', () => {
  const sampleUpdates = [
    '2014-12-22T12:00:00Z down 192.0.2.0/24 32 of 40 peers',
    '2014-12-22T12:01:10Z down 198.51.100.0/24 32 of 40 peers',
    '2014-12-22T12:02:00Z up 192.0.2.0/24 24 of 40 peers',
    '2014-12-22T12:31:00Z down 192.0.2.0/24 32 of 40 peers',
  ];
  const outage = textOf(
    { evidence: { sampleUpdates: sampleUpdates.slice(0, 3) } },
    { transition: 'updated', eventSecond: noon + 3600, evidence: { sampleUpdates } },
  );
  assert.match(
    outage,
    /Some that lacked it when the networks went \(22 Dec 12:01\)rrc00 .* Some that still had it then ?rrc00 /,
  );
  const beat = textOf({ kind: 'beatConfirmed', evidence: { sampleUpdates } });
  assert.match(beat, /Some that lacked it at the last loss \(22 Dec 12:31\)rrc00 /);
  const unknown = textOf({ kind: 'beatConfirmed', evidence: { sampleUpdates: [] } });
  assert.match(unknown, /Some that lacked it at the last loss ?rrc00 /);
});

const end = { transition: 'closed', closeReason: 'recovered', endSecond: noon + 3600 } as const;

test('a beat has a trend while it lasts', () => {
  const beat = { kind: 'beatConfirmed', evidence: { trend: 'worsening' } } as const;
  assert.match(textOf(beat), /Trendworsening/);
  const over = textOf(beat, { ...beat, ...end });
  assert.match(over, /over: recovered/);
  assert.doesNotMatch(over, /Trend|worsening/);
});

test('counts of peers are as of now while it lasts, as of the most when it is over, of a beat as of its last loss', () => {
  assert.match(textOf({}), /39 of 40 lack it, 1 still has it/);
  assert.match(
    textOf({}, end),
    /39 of 40 lacked it at most, 1 still had it.* Counted since this was opened;/,
  );
  const beat = { kind: 'beatConfirmed' } as const;
  for (const text of [textOf(beat), textOf(beat, { ...beat, ...end })])
    assert.match(text, /39 of 40 lacked it at the last loss, 1 still had it/);
});

test('`why` counts peers in the same words', () => {
  assert.match(whyOf({}), /39 of 40 full-feed peers lack it, 1 still has it; of 34 peer ASes 33\n/);
  assert.match(
    whyOf(end),
    /39 of 40 full-feed peers lacked it at most, 1 still had it; .*\n {2}Counted since it was opened,/,
  );
  const beat = whyOf({ kind: 'beatConfirmed' });
  assert.match(beat, /39 of 40 full-feed peers lacked it at the last loss, 1 still had it;/);
  assert.match(beat, /Some that still had it at the last loss \(2014-12-22 12:00\):\n/);
});

test('changes of networks are called what they are', () => {
  assert.match(
    textOf({}),
    /Changes of the networks, some of them .* 2014-12-22T12:00:00Z down 192\.0\.2\.0\/24 39 of 40 peers/,
  );
  assert.match(whyOf({}), /\nChanges of the networks, some of them\n {2}2014-12-22T12:00:00Z down /);
});
