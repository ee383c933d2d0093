import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventTimeSeries } from './event-time-series.ts';

function recorded() {
  const lines: string[] = [];
  const series = new EventTimeSeries('job="j"', (line) => lines.push(line));
  return { series, samples: () => lines.splice(0).filter((line) => !line.startsWith('#')), lines };
}

test('a family is named before its samples, a counter without its ending', () => {
  const { series, lines } = recorded();
  series.gauge({ name: 'open', help: 'Is "open"\nnow' }, (tell) => tell(1));
  series.counter({ name: 'events_total', help: 'Events' }, (tell) => tell(2));
  series.sample(60);
  assert.deepEqual(lines, [
    '# TYPE open gauge',
    '# HELP open Is \\"open\\"\\nnow',
    '# TYPE events counter',
    '# HELP events Events',
    'open{job="j"} 1 60',
    'events_total{job="j"} 2 60',
  ]);
});

test('what stays is told every four minutes, what changes at once, and until when it was the same', () => {
  const { series, samples } = recorded();
  let value = 7;
  series.gauge({ name: 'g', help: 'G', labels: ['asn'] }, (tell) => tell(value, '1'));
  for (let second = 60; second <= 600; second += 60) {
    if (second === 540) value = 8;
    series.sample(second);
  }
  assert.deepEqual(samples(), [
    'g{asn="1",job="j"} 7 60',
    'g{asn="1",job="j"} 7 300',
    'g{asn="1",job="j"} 7 480',
    'g{asn="1",job="j"} 8 540',
  ]);
});

test('minutes that are jumped over were empty', () => {
  const { series, samples } = recorded();
  let value = 7;
  series.gauge({ name: 'g', help: 'G' }, (tell) => tell(value));
  series.sample(60);
  value = 8;
  series.sample(660);
  assert.deepEqual(samples(), [
    'g{job="j"} 7 60',
    'g{job="j"} 7 300',
    'g{job="j"} 7 540',
    'g{job="j"} 7 600',
    'g{job="j"} 8 660',
  ]);
});

test('a series that was away begins anew: nothing is told of the time between', () => {
  const { series, samples } = recorded();
  let isOpen = true;
  series.gauge({ name: 'g', help: 'G' }, (tell) => {
    if (isOpen) tell(1);
  });
  series.sample(60);
  isOpen = false;
  series.sample(120);
  isOpen = true;
  series.sample(180);
  assert.deepEqual(samples(), ['g{job="j"} 1 60', 'g{job="j"} 1 180']);
});

test('what happens first was 0 before, so that it is an increase', () => {
  const { series, samples } = recorded();
  const count = series.happenings({ name: 'opened_total', help: 'Opened', labels: ['kind'] });
  series.sample(60);
  count(1, ['beat "x"'], '');
  series.sample(120);
  assert.deepEqual(samples(), [
    'opened_total{kind="beat \\"x\\"",job="j"} 0 60',
    'opened_total{kind="beat \\"x\\"",job="j"} 1 120',
  ]);
});

test('buckets hold all that is at most their bound', () => {
  const { series, samples } = recorded();
  const observe = series.histogram({ name: 'h', help: 'H', labels: ['k'] }, [0.5, 1]);
  for (const value of [0.5, 0.7, 1.5, 2]) observe(value, ['a'], '');
  series.sample(60);
  assert.deepEqual(samples(), [
    'h_bucket{k="a",le="0.5",job="j"} 1 60',
    'h_bucket{k="a",le="1",job="j"} 2 60',
    'h_bucket{k="a",le="+Inf",job="j"} 4 60',
    'h_sum{k="a",job="j"} 4.7 60',
    'h_count{k="a",job="j"} 4 60',
  ]);
});
