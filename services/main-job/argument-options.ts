import { time, WrongArgument } from './argument-values.ts';

/** All that there are, of whatever command. */
export const options = {
  format: { type: 'string' },
  scores: { type: 'string' },
  openmetrics: { type: 'string' },
  watch: { type: 'string' },
  'watch-file': { type: 'string' },
  page: { type: 'string' },
  'as-names': { type: 'string' },
  'web-config': { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  'seed-rib': { type: 'string' },
  as: { type: 'string' },
  country: { type: 'string' },
  delegated: { type: 'string' },
  name: { type: 'string' },
  data: { type: 'string' },
  seed: { type: 'string' },
  collector: { type: 'string' },
  'base-url': { type: 'string' },
  cache: { type: 'string' },
  bmp: { type: 'string' },
  'ris-live': { type: 'string' },
  kafka: { type: 'string' },
  'watch-list': { type: 'string' },
  topics: { type: 'string' },
  config: { type: 'string' },
  check: { type: 'boolean' },
  dump: { type: 'boolean' },
  apply: { type: 'boolean' },
  inject: { type: 'boolean' },
  now: { type: 'boolean' },
  paced: { type: 'boolean' },
  prefix: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

/** As they were given. */
export type Values = { [K in keyof typeof options]?: string | boolean | undefined } & Record<string, unknown>;

export const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Throws where one was given that is not among the known ones. */
export function refuseOthers(values: Values, known: readonly string[], why: string): void {
  const other = Object.keys(values).find((name) => values[name] !== undefined && !known.includes(name));
  if (other !== undefined) throw new WrongArgument(`--${other} ${why}`);
}

export function timeBounds(values: Values) {
  const fromSecond = time('--from', text(values.from));
  const untilSecond = time('--until', text(values.until));
  if (fromSecond !== undefined && untilSecond !== undefined && fromSecond >= untilSecond) {
    throw new WrongArgument(`--until ${values.until} is not later than --from ${values.from}`);
  }
  return { fromSecond, untilSecond };
}
