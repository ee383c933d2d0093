import type { AsReach } from '#core/contract/as-reach.ts';
import { type EventMinute, type EventSecond, firstSecondOf } from '#core/event-time.ts';
import { wavering } from '#core/probe/log-odds.ts';
import { type StateSpan, StateSpans } from './state-spans.ts';

/** Partial: fewer replies than usual, but too many to say that it is out of reach; or Atlas probes in it were cut off together. */
export type ProbedState = 'reachable' | 'partial' | 'unreachable' | 'notProbed';

/** When probes reached one AS, as the minute scores said it. */
export class ReachHistory {
  readonly #spans = new StateSpans<ProbedState>('notProbed');
  #told: AsReach['state'] = 'absent';

  get state(): ProbedState {
    return this.#spans.state;
  }

  /** The spans in [from, to) in which it was probed, oldest first. */
  spans(from: EventSecond, to: EventSecond): StateSpan<ProbedState>[] {
    return this.#spans.spans(from, to);
  }

  add(minute: EventMinute, reach: AsReach): void {
    const { state, sinceSecond } = reach;
    // A time in which nobody probed stays one, whatever is said later; and doubt begins in the minute that tells of it.
    const isSince = state !== this.#told && this.#told !== 'absent';
    this.#told = state;
    const second = isSince ? sinceSecond : Math.max(sinceSecond, firstSecondOf(minute));
    this.#spans.change(stateOf(reach), second);
  }
}

function stateOf({ state, logOdds, disconnectedProbes }: AsReach): ProbedState {
  if (state === 'down') return 'unreachable';
  if (disconnectedProbes > 0 || (state === 'up' && logOdds > wavering)) return 'partial';
  return state === 'up' ? 'reachable' : 'notProbed';
}
