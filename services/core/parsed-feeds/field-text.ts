/** Fields as programs print them for people. */
import { parseSecond } from '../event-time.ts';

/** Seconds since 1970, with their fraction, of "2021-11-05 04:57:38.811052" or "2021-11-05T04:57:38Z"; undefined of what is none. */
export function timeOf(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|\+00:00)?$/.exec(text);
  const second = match === null ? undefined : parseSecond(match[1]!);
  return second === undefined ? undefined : second + Number(match![2] ?? 0);
}

/** The elements of "64500 64501 {64502,64503}": a set is an array. What is no number stays text, and is refused later. */
export function pathOf(text: string): (number | string | (number | string)[])[] {
  const path: (number | string | (number | string)[])[] = [];
  let set: (number | string)[] | undefined;
  for (const [token] of text.matchAll(/[{}]|[^\s,{}]+/g)) {
    if (token === '{') set = [];
    else if (token === '}') {
      if (set !== undefined) path.push(set);
      set = undefined;
    } else {
      const element = /^\d+$/.test(token) ? Number(token) : token;
      if (set === undefined) path.push(element);
      else set.push(element);
    }
  }
  if (set !== undefined) path.push('{');
  return path;
}

/** Pairs of "64500:100 64500:200" or "64500:100, 64500:200"; what is none is left out. */
export const communitiesOf = (text: string): [number, number][] =>
  [...text.matchAll(/(?:^|[\s,])(\d{1,5}):(\d{1,5})(?=$|[\s,])/g)].map(([, high, low]) => [
    Number(high),
    Number(low),
  ]);

/** The same of a text, or of a list of texts; what is neither is left out. */
export const communitiesIn = (value: unknown): [number, number][] =>
  communitiesOf(
    Array.isArray(value)
      ? value.filter((one) => typeof one === 'string').join(' ')
      : typeof value === 'string'
        ? value
        : '',
  );

/** A next hop that says nothing, where none is shown: addresses for documentation (RFC 5737, RFC 3849). */
export const nextHopOf = (shown: unknown, prefix: string): string => {
  if (typeof shown === 'string' && shown !== '') return shown;
  return prefix.includes(':') ? '2001:db8::1' : '192.0.2.1';
};
