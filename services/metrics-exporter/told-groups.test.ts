import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind, Severity } from '#core/contract/anomalies.ts';
import { ToldGroups } from './told-groups.ts';

const group = (name: string, kind: Kind, severity: Severity, members: readonly string[]) => ({
  subject: `group:${name}`,
  kind,
  severity,
  members,
  isMuted: false,
  untilMs: undefined,
});
/** What a group's incidents explain of one AS: its beat, its outage. */
const of = (told: ToldGroups, subject: string) =>
  (['beatConfirmed', 'burst', 'outageFull'] as const).map((kind) => told.of({ subject, kind }));

test('the beat of a group explains the flaps of its members, and not what they lose', () => {
  const told = new ToldGroups([group('KP', 'beatWatch', 'notice', ['as:7'])]);
  assert.deepEqual(of(told, 'as:7'), ['KP', 'KP', undefined]);
  assert.deepEqual(of(told, 'as:8'), [undefined, undefined, undefined]);
  assert.deepEqual(of(told, 'group:KP'), ['KP', 'KP', 'KP']);
});

test('its outage explains both; of several groups the loudest incident does', () => {
  const outage = group('LL', 'outagePartial', 'notice', ['as:7', 'as:8']);
  const told = new ToldGroups([outage, group('KP', 'beatConfirmed', 'warning', ['as:7'])]);
  assert.deepEqual(of(told, 'as:7'), ['KP', 'KP', 'LL']);
  assert.deepEqual(of(told, 'as:8'), ['LL', 'LL', 'LL']);
});

test('what is over or muted explains nothing', () => {
  const beat = group('KP', 'beatConfirmed', 'warning', ['as:7']);
  for (const silent of [
    { ...beat, isMuted: true },
    { ...beat, untilMs: 1 },
  ])
    assert.deepEqual(of(new ToldGroups([silent]), 'as:7'), [undefined, undefined, undefined]);
});
