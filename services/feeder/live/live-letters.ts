import type { EventSecond } from '#core/event-time.ts';
import { minuteOf } from '#core/event-time.ts';
import { deadLetterHeadBytes } from '#runtime/codec/dead-letters.ts';
import { deadLetters } from '#runtime/topics.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';

/** Of a feed that sends rubbish only so much is kept; the rest is counted. */
const lettersPerMinute = 20;

/** Input of live feeds that was not used: counted by reason, and some of it kept as dead letters. */
export class LiveLetters {
  /** By feed and reason: "ris-live json". */
  readonly counts = new Map<string, number>();
  readonly #producer: string;
  #sequence: number;
  #minute = 0;
  #left = 0;

  constructor(producer: string, sequence: number) {
    this.#producer = producer;
    this.#sequence = sequence;
  }

  /** Counts what was refused; true where it is kept. `position`: how many of the feed's messages, or bytes, came before. */
  add(
    origin: string,
    reason: string,
    position: number,
    bytes: Uint8Array,
    nowSecond: EventSecond,
    out: OutgoingRecord[],
  ): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    const eventMinute = minuteOf(nowSecond);
    if (eventMinute !== this.#minute) {
      this.#minute = eventMinute;
      this.#left = lettersPerMinute;
    }
    if (this.#left === 0) return;
    this.#left--;
    const stamp = { producer: this.#producer, sequence: ++this.#sequence, eventMinute };
    // The bytes are the feed's own, and used again: the head is copied as it is encoded.
    const head = bytes.subarray(0, deadLetterHeadBytes);
    const letter = { reason, origin, position, head, length: bytes.length };
    for (const value of deadLetters.codec.encode(stamp, letter))
      out.push({ topic: deadLetters.topic, partition: 0, key: this.#producer, value });
  }
}
