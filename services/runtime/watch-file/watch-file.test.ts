import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWatchFile, readWatchFile, WrongWatchFile } from './watch-file.ts';

const mistakesOf = (text: string): readonly string[] => {
  try {
    parseWatchFile('w.json', text);
  } catch (error) {
    assert.ok(error instanceof WrongWatchFile);
    return error.mistakes;
  }
  return [];
};

test('groups and mutes', () => {
  const text = JSON.stringify({
    groups: [
      {
        name: 'KP',
        title: 'North Korea',
        ases: [{ as: 131279, name: 'STAR-KP', slash24s: 4 }],
        note: 'by hand',
      },
      { name: 'mine', prefixes: ['192.0.2.0/24', '2001:db8::/32'] },
    ],
    mutes: [{ subject: 'group:KP', from: '2014-12-22', until: '2014-12-23T06:00Z', reason: 'works' }],
  });
  const { hash, groups, mutes } = parseWatchFile('w.json', text);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(groups, [
    { name: 'KP', title: 'North Korea', ases: [{ asn: 131_279, slash24s: 4, slash48s: 0 }], prefixes: [] },
    { name: 'mine', title: '', ases: [], prefixes: ['192.0.2.0/24', '2001:db8::/32'] },
  ]);
  assert.deepEqual(mutes, [
    { subject: 'group:KP', fromSecond: 1_419_206_400, untilSecond: 1_419_314_400, reason: 'works' },
  ]);
});

test('every mistake is told at once, with its place', () => {
  const text = JSON.stringify({
    group: [],
    groups: [
      { name: 'a b', ases: [{ as: 0, slash24s: 1.5 }, { as: 7 }, { as: 7, slash24s: 1 }] },
      { name: 'x', prefixes: ['10.0.0.0/8', '10.1.0.0/16', 'ten', '0.0.0.0/0'] },
      { name: 'x' },
      [],
    ],
    mutes: [
      { subject: 'group:y', from: '2014-13-01', until: 5, reason: '' },
      { subject: 'AS7', from: '2014-12-23', until: '2014-12-22', reason: 'a\nb' },
    ],
  });
  assert.deepEqual(mistakesOf(text), [
    'the file has a field "group"; known are groups, mutes',
    'groups[0].name: "a b" has other characters than letters, digits, "_", "." and "-"',
    'groups[0].ases[0].slash24s is not a whole number from 0 to 16777216',
    'groups[0].ases[0]: weighs nothing: slash24s or slash48s says how much address space it announces',
    'groups[0].ases[0].as is not a whole number from 1 to 4294967295',
    'groups[0].ases[1]: weighs nothing: slash24s or slash48s says how much address space it announces',
    'groups[0].ases: twice AS7',
    'groups[1].prefixes[2]: "ten" is not a prefix such as 192.0.2.0/24',
    'groups[1].prefixes[3]: "0.0.0.0/0" is shorter than any network announces',
    'groups[1].prefixes: 10.0.0.0/8 lies in 0.0.0.0/0',
    'groups[1].prefixes: 10.1.0.0/16 lies in 0.0.0.0/0',
    'groups[2]: has neither ases nor prefixes',
    'groups[3] is not an object',
    'groups[3].name is not a line of text of at most 200 characters',
    'groups[3]: has neither ases nor prefixes',
    'groups: two have the name x',
    'mutes[0].subject: there is no group:y in groups',
    'mutes[0].from is not a time such as "2014-12-22T16:15Z"',
    'mutes[0].until is not a time such as "2014-12-22T16:15Z"',
    'mutes[0].reason is not a line of text of at most 200 characters',
    'mutes[1].subject: "AS7" is not as:131279, transit:3356 or group:NAME',
    'mutes[1]: until is not later than from',
    'mutes[1].reason is not a line of text of at most 200 characters',
  ]);
});

test('what is no JSON, no object or no file is said in one line', () => {
  assert.match(mistakesOf('{')[0]!, /^not JSON: /);
  assert.deepEqual(mistakesOf('[]'), ['the file is not an object']);
  assert.throws(() => readWatchFile('no/such/file.json'), /no\/such\/file\.json: ENOENT/);
});
