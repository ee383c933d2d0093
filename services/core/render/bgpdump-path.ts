import { asConfedSequence, asConfedSet, asSequence, asSet } from '../bgp/as-path.ts';

const brackets: Readonly<Record<number, readonly [open: string, close: string, between: string]>> = {
  [asSet]: ['{', '}', ','],
  [asSequence]: ['', '', ' '],
  [asConfedSequence]: ['(', ')', ' '],
  [asConfedSet]: ['[', ']', ','],
};

/** "701 1239 {64512,64513}" of a path as words (bgp/as-path.ts). */
export function bgpdumpPath(words: Uint32Array, count: number): string {
  const segments: string[] = [];
  for (let at = 0; at < count; ) {
    const length = words[at]! & 255;
    const [open, close, between] = brackets[words[at]! >>> 8]!;
    segments.push(open + words.subarray(at + 1, at + 1 + length).join(between) + close);
    at += 1 + length;
  }
  return segments.join(' ');
}
