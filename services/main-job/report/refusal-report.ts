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

  /** True where anything was refused. */
  get hasAny(): boolean {
    return this.#counts.size > 0;
  }

  refused(file: string, { reason, position, length, head }: RefusedBytes): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#told++;
    if (this.#told <= toldOneByOne) {
      const other = position === 0 ? otherFormat(head) : undefined;
      const what = other === undefined ? '' : `: not an MRT file (it looks like ${other})`;
      this.#print(`refused: ${file}, offset ${position}: ${reason} (${length} bytes)${what}`);
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

/** Where the file as a whole is something else; of what begins as MRT may, undefined. */
function otherFormat(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, 256)).toString('latin1');
  if (/^\s*<(!doctype|html|\?xml|head|body|!--)/i.test(text)) return 'HTML';
  if (!/^[\t\n\r -~]{16,}$/.test(text)) return undefined;
  return /^\s*[{[]/.test(text) ? 'JSON' : 'text';
}

/** What people are told where all that they gave was in vain. */
export const nothingUsed = 'nothing of the given files could be used';

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
