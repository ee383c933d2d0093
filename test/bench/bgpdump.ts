import { readFileSync } from 'node:fs';
import { measureCommand } from './command.ts';
import { measureDecode } from './decode.ts';
import { daySample } from './inputs.ts';

/** Elems a second that `bgpdump -m` prints of the day 2008-02-20: what rates are held against, for machines differ. */
export async function bgpdumpRate(): Promise<number> {
  const sample = daySample();
  const { elems } = measureDecode([readFileSync(sample)], 1);
  return elems / (await measureCommand('bgpdump', ['-m', sample])).wallSeconds;
}
