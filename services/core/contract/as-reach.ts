import type { EventSecond } from '../event-time.ts';

/** What probes say in one minute: proto/steadybeat/v1/as_reach.proto says what each field means. */
export interface ProbeMinute {
  readonly open: boolean;
  readonly live: boolean;
  readonly reaches: readonly AsReach[];
}

export interface AsReach {
  readonly originAs: number;
  readonly state: ReachState;
  readonly sinceSecond: EventSecond;
  readonly logOdds: number;
  readonly targets: number;
  readonly replying: number;
  readonly probers: number;
  readonly changed: boolean;
  readonly disconnectedProbes: number;
  readonly knownProbes: number;
  readonly disconnectedSecond: EventSecond;
}

export type ReachState = 'up' | 'down' | 'absent';
