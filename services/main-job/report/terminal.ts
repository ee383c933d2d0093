import type { WriteStream } from 'node:tty';

/** Colours by what they mean. */
export type Tone = 'plain' | 'bold' | 'dim' | 'good' | 'notice' | 'warning' | 'critical';

const codes: Readonly<Record<Tone, string>> = {
  plain: '',
  bold: '1',
  dim: '2',
  good: '32',
  notice: '36',
  warning: '33',
  critical: '1;31',
};

export type Paint = (tone: Tone, text: string) => string;
export const paintPlain: Paint = (_, text) => text;
export const paintAnsi: Paint = (tone, text) =>
  codes[tone] === '' ? text : `\x1b[${codes[tone]}m${text}\x1b[0m`;

/** Colours on a terminal that wants them (no-color.org). */
export const paintFor = (stream: Pick<WriteStream, 'isTTY'>): Paint =>
  stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb' ? paintAnsi : paintPlain;

/** Where no terminal updates a line in place, progress is told so often. */
const plainStatusMilliseconds = 5000;
const ttyStatusMilliseconds = 100;
const clearLine = '\r\x1b[2K';

/**
 * One status line below everything else: on a terminal updated in place, piped a line now and then.
 * All that goes to the terminal passes here, so that lines and status do not run into each other.
 */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout;
  #shown = false;

  /** `text` is asked for when it is due; an empty one is not shown. */
  constructor(stream: NodeJS.WriteStream, text: () => string) {
    this.#stream = stream;
    this.#text = text;
    this.#timer = setInterval(
      () => this.#show(),
      stream.isTTY ? ttyStatusMilliseconds : plainStatusMilliseconds,
    ).unref();
  }

  /** Writes a line above the status. */
  line(stream: NodeJS.WriteStream, text: string): void {
    this.#clear();
    stream.write(`${text}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #show(): void {
    const text = this.#text();
    if (text === '') return;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.#stream.write(`${clearLine}${text.slice(0, (this.#stream.columns || 80) - 1)}`);
    this.#shown = true;
  }

  #clear(): void {
    if (this.#shown) this.#stream.write(clearLine);
    this.#shown = false;
  }
}
