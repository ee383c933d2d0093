import type { InputEvent, InputEvents } from './input.ts';

/**
 * Reads events before they are asked for, so that decompression goes on while
 * earlier bytes are consumed; stops reading while it holds `limitBytes` or more.
 */
export class ReadAhead {
  readonly #events: InputEvents;
  readonly #limitBytes: number;
  readonly #held: InputEvent[] = [];
  #heldBytes = 0;
  #ended = false;
  #closed = false;
  #error: unknown;
  #wakeReader: (() => void) | undefined;
  #wakePump: (() => void) | undefined;

  constructor(events: InputEvents, limitBytes: number) {
    this.#events = events;
    this.#limitBytes = limitBytes;
    void this.#pump();
  }

  /** The next event; undefined after the last. One call at a time. */
  async next(): Promise<InputEvent | undefined> {
    while (this.#held.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const event = this.#held.shift();
    if (event === undefined && this.#error !== undefined) throw this.#error;
    if (event?.case === 'chunk') this.#heldBytes -= event.bytes.length;
    this.#wakePump?.();
    return event;
  }

  /** Ends the reading, and the child process or thread behind it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakePump?.();
    this.#held.length = 0;
    await this.#events.return();
  }

  async #pump(): Promise<void> {
    try {
      for await (const event of this.#events) {
        if (this.#closed) break;
        this.#held.push(event);
        if (event.case === 'chunk') this.#heldBytes += event.bytes.length;
        this.#wakeReader?.();
        while (this.#heldBytes >= this.#limitBytes && !this.#closed) {
          await new Promise<void>((resolve) => {
            this.#wakePump = resolve;
          });
        }
      }
    } catch (error) {
      this.#error = error;
    }
    this.#ended = true;
    this.#wakeReader?.();
  }
}
