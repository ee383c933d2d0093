import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentPage } from '#page/html/incident-page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { anomalyOf } from '../page/made-world.ts';

test('the page of a group names it, says what it does, of whom, and shows what is linked with it', () => {
  const view = new WorldView();
  const evidence = { members: ['as:64501', 'as:64502'], upstreamAs: 4837 };
  const group = { subject: 'group:KP', originAs: 0, linkedIncidentIds: ['m'], evidence };
  view.addAnomaly(anomalyOf({ incidentId: 'm', kind: 'beatWatch' }));
  view.addAnomaly(anomalyOf({ ...group, incidentId: 'g', kind: 'beatConfirmed' }));
  const site = { view, names: new Map(), notice: undefined, replayCommand: () => '' };
  const text = incidentPage(site, view.incidents.get('g')!, undefined)
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
  assert.match(text, /Steady beat: group KP/);
  assert.match(text, /BehindAS4837 alone/);
  assert.match(text, /Of: as:64501, as:64502/);
  assert.match(text, /Linked incidents.*Possible beat/);
});
