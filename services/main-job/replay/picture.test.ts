import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paintAnsi, paintPlain } from '../report/terminal.ts';
import { NetworkHistory, type PictureFrame, picture } from './picture.ts';

const frame: PictureFrame = {
  fromSecond: 1000,
  cellSeconds: 100,
  cells: 6,
  marks: [
    { cell: 0, text: '00h' },
    { cell: 4, text: '04h' },
  ],
};

test('visible, gone for a part, gone', () => {
  const history = new NetworkHistory(['192.0.2.0/24', '198.51.100.0/24']);
  history.lost('192.0.2.0/24', 1150);
  history.returned('192.0.2.0/24', 1350);
  history.lost('192.0.2.0/24', 1599);
  history.lost('198.51.100.0/24', 900);
  history.returned('198.51.100.0/24', 1000);
  history.scored(1050, 0);
  history.scored(1110, 0.5);
  history.scored(1190, 0.3);
  history.scored(1500, 1);
  assert.deepEqual(picture(history, frame, paintPlain), [
    '                 00h 04',
    '192.0.2.0/24     █▒·▒█▒',
    '198.51.100.0/24  ██████',
    'score S          ▁▅   █',
  ]);
});

test('lost twice, or returned without a loss, changes nothing', () => {
  const history = new NetworkHistory(['192.0.2.0/24']);
  history.returned('192.0.2.0/24', 1100);
  history.lost('192.0.2.0/24', 1200);
  history.lost('192.0.2.0/24', 1300);
  history.returned('192.0.2.0/24', 1400);
  history.lost('203.0.113.0/24', 1000);
  assert.equal(history.goneShare('192.0.2.0/24', 1000, 2000), 0.2);
  assert.equal(history.hasLosses(1000, 1200), false);
  assert.equal(history.hasLosses(1000, 1201), true);
});

test('a network that is still gone stays gone', () => {
  const history = new NetworkHistory(['192.0.2.0/24']);
  history.lost('192.0.2.0/24', 1000);
  assert.equal(history.goneShare('192.0.2.0/24', 1500, 1600), 1);
});

test('runs of equal cells are coloured once', () => {
  const history = new NetworkHistory(['192.0.2.0/24']);
  history.lost('192.0.2.0/24', 1300);
  const [, row] = picture(history, frame, paintAnsi);
  assert.equal(row, '192.0.2.0/24  \x1b[32m███\x1b[0m\x1b[1;31m···\x1b[0m');
});
