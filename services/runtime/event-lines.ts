/** So many a minute; the others are counted. */
const linesPerMinute = 30;
const longestLine = 500;

/** Lines for people in which others have their say, such as a server's own words: no line of theirs shall steer a terminal or fill it. */
export class EventLines {
  readonly #say: (line: string) => void;
  readonly #now: () => number;
  #minute = Number.NaN;
  #said = 0;

  /** `now`: milliseconds since 1970. */
  constructor(say: (line: string) => void, now: () => number) {
    this.#say = say;
    this.#now = now;
  }

  tell(text: string): void {
    const minute = Math.floor(this.#now() / 60_000);
    if (minute !== this.#minute) {
      const leftOut = this.#said - linesPerMinute;
      if (leftOut > 0) this.#say(`${leftOut} more lines like the last one were left out`);
      this.#minute = minute;
      this.#said = 0;
    }
    if (++this.#said <= linesPerMinute) this.#say(plainText(text));
  }
}

/** Control and format characters as escapes: of terminals, of lines, and of the direction of writing. */
const plainText = (text: string): string =>
  (text.length > longestLine ? `${text.slice(0, longestLine)}…` : text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
