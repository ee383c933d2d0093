import type { InputFailure } from '#runtime/input/input.ts';
import type { RefusedBytes } from '../../feeder/record-reader.ts';

/** So many refused records are told one by one; the others are counted. */
const toldOneByOne = 5;

/** Tells people what of their files was not used. */
export class RefusalReport {
  readonly #print: (line: string) => void;
  readonly #counts = new Map<string, number>();
  #told = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  refused(file: string, { reason, position, length }: RefusedBytes): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#told++;
    if (this.#told <= toldOneByOne) {
      this.#print(`refused: ${file}, offset ${position}: ${reason} (${length} bytes)`);
    } else if (this.#told === toldOneByOne + 1) {
      this.#print('refused: more, which are counted at the end');
    }
  }

  /** Each file that cannot be read to its end is told. */
  failed(file: string, { reason, position, detail }: InputFailure): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#print(
      `${file}: ${whatFailed[reason]} after ${position} decompressed bytes, which are used (${detail})`,
    );
  }

  /** One line if anything was refused. */
  summarize(): void {
    const text = countsText(this.#counts);
    if (text !== '') this.#print(`refused: ${text}`);
  }
}

/** Tells the first refusals of live feeds one by one, and that there are more. */
export function firstRefusals(print: (line: string) => void): (origin: string, reason: string) => void {
  let refusals = 0;
  return (origin, reason) => {
    if (++refusals <= toldOneByOne) print(`refused: ${origin}: ${reason}`);
    else if (refusals === toldOneByOne + 1) print('refused: more, which are counted');
  };
}

const whatFailed: Readonly<Record<InputFailure['reason'], string>> = {
  fileTruncated: 'the file ends too early',
  fileCorrupt: 'the file is damaged',
  fileUnreadable: 'the file cannot be read',
};

/** "97 messageLongerThanRecord, 1 recordTruncated". */
export const countsText = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
