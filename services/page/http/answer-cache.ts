import type { WorldView } from '../view/world-view.ts';
import type { PreparedAnswer } from './answer.ts';

const bytesMax = 16 * 1024 * 1024;
/** While changes come fast, many viewers get the same answer for so long. */
const freshMilliseconds = 250;

/** Answers by URL for as long as the view stays as it is: many viewers at once cost one rendering. */
export class AnswerCache {
  readonly #view: WorldView;
  readonly #answers = new Map<string, PreparedAnswer>();
  #bytes = 0;
  #revision = -1;
  #filledAt = 0;

  constructor(view: WorldView) {
    this.#view = view;
  }

  get(url: string, make: () => PreparedAnswer): PreparedAnswer {
    if (this.#isOld()) this.clear();
    const known = this.#answers.get(url);
    if (known !== undefined) return known;
    const answer = make();
    this.#bytes += answer.plain.length + (answer.gzip?.length ?? 0) + 2 * url.length;
    if (this.#bytes > bytesMax) this.clear();
    else this.#answers.set(url, answer);
    return answer;
  }

  #isOld(): boolean {
    return this.#revision !== this.#view.revision && performance.now() - this.#filledAt > freshMilliseconds;
  }

  /** Before viewers are told to ask again, so that none gets what was true before. */
  clear(): void {
    this.#answers.clear();
    this.#bytes = 0;
    this.#revision = this.#view.revision;
    this.#filledAt = performance.now();
  }
}
