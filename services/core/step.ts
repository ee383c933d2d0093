import type { EventMinute } from './event-time.ts';
import type { StateReader, StateWriter } from './state.ts';

/**
 * The one shape of everything in the core that runs: the same inputs in the same
 * order give the same outputs, byte for byte. A step may change the state it owns;
 * it reads no clock, waits for nothing, counts and logs nothing.
 */
export interface Step<Input, Output> {
  /** Applies one input and hands out, in order, what follows from it. */
  apply(input: Input, emit: (output: Output) => void): void;
  /** `apply`, for a step that may say very much at one input: whoever runs it can pass on, between two turns, what it said so far. */
  applyInTurns?(input: Input, emit: (output: Output) => void): Iterable<void>;
  /** Writes the whole state; reading it back gives a step that goes on with the same bytes. Changes no bit. */
  save(writer: StateWriter): void;
  load(reader: StateReader): void;
  /** Of a step that puts several tasks' minutes together, whom it waits for now. */
  waitsFor?(): Wait | undefined;
}

/** A minute that some have told and others have not. */
export interface Wait {
  readonly minute: EventMinute;
  /** The tasks that have not, "route-tracker/3". */
  readonly tasks: readonly string[];
}
