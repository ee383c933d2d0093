import { quantileSorted } from 'simple-statistics';
import type { Judgement } from './judgement.ts';

/** Quantiles of each figure over all seeds, durations in minutes: lines of a table. */
export function figureLines(judgements: readonly Judgement[]): string[] {
  const names = new Set(judgements.flatMap(({ figures }) => Object.keys(figures)));
  return [...names].map((name) => {
    const isDuration = name.endsWith('Seconds');
    const values = judgements
      .map(({ figures }) => figures[name])
      .filter((value) => value !== undefined)
      .map((value) => (isDuration ? value / 60 : value))
      .sort((a, b) => a - b);
    const at = (quantile: number) => quantileSorted(values, quantile).toFixed(1).padStart(8);
    const summary = `median${at(0.5)}  p10${at(0.1)}  p90${at(0.9)}  min${at(0)}  max${at(1)}${isDuration ? ' minutes' : ''}`;
    return `  ${name.replace(/Seconds$/, '').padEnd(16)} ${summary}  (${values.length} seeds)`;
  });
}
