import type { EventSecond } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';

/** The response rate moves by 1 / probes until so many, then by 1 / so many. */
const longestMemory = 64;
const fewestOfRate = 0.1;
const mostOfRate = 0.99;

/**
 * One target of one prober: the address, asked in one way. It is a witness once it has replied: a host that never did may
 * not exist.
 */
export class ProbeTarget {
  readonly prober: string;
  /** Times asked, no more than the memory; the times it replied, faded. */
  #asked = 0;
  #rate = 0;
  #hasReplied = false;
  lastSecond: EventSecond = 0;
  lastReplied = false;
  /** Of the last reply; 0 before any. */
  repliedSecond: EventSecond = 0;

  constructor(prober: string) {
    this.prober = prober;
  }

  get isWitness(): boolean {
    return this.#hasReplied;
  }

  /** A: how often it replies while its network is up (the mean of a Beta posterior, from 1/2). */
  get responseRate(): number {
    return Math.max(fewestOfRate, Math.min(mostOfRate, this.#rate));
  }

  note(second: EventSecond, replied: boolean): void {
    this.lastSecond = Math.max(this.lastSecond, second);
    this.lastReplied = replied;
    if (!replied) return;
    this.#hasReplied = true;
    this.repliedSecond = Math.max(this.repliedSecond, second);
  }

  /** Only while its network is up: the rate says nothing of what is down. */
  learn(replied: boolean): void {
    if (!this.#hasReplied) return;
    if (this.#asked === 0) this.#rate = 0.5;
    this.#asked = Math.min(this.#asked + 1, longestMemory);
    this.#rate += ((replied ? 1 : 0) - this.#rate) / (this.#asked + 2);
  }

  /** What was learned is off the table: it must reply again. */
  forget(): void {
    this.#asked = 0;
    this.#rate = 0;
    this.#hasReplied = false;
    this.repliedSecond = 0;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#asked);
    writer.f64(this.#rate);
    writer.u8(this.#hasReplied ? 1 : 0);
    writer.u32(this.lastSecond);
    writer.u8(this.lastReplied ? 1 : 0);
    writer.u32(this.repliedSecond);
  }

  load(reader: StateReader): void {
    this.#asked = reader.u32();
    this.#rate = reader.f64();
    this.#hasReplied = reader.u8() === 1;
    this.lastSecond = reader.u32();
    this.lastReplied = reader.u8() === 1;
    this.repliedSecond = reader.u32();
  }
}
