import type { EventMinute, EventSecond } from '../event-time.ts';

/** Topic probe.results: proto/steadybeat/v1/probe_results.proto says what each field means. */
export interface ProbeResults {
  readonly source: string;
  readonly eventMinute: EventMinute;
  readonly content: ProbeContent;
}

export type ProbeContent =
  | { readonly case: 'batch'; readonly results: readonly ProbeResult[] }
  | { readonly case: 'sourceOpened'; readonly live: boolean }
  | { readonly case: 'tick' }
  | { readonly case: 'endOfSource' }
  | { readonly case: 'sourceLost' };

export interface ProbeResult {
  readonly kind: ProbeKind;
  readonly prober: string;
  readonly targetAddress: string;
  readonly originAs: number;
  readonly eventSecond: EventSecond;
  readonly outcome: ProbeOutcome;
  readonly rttMicroseconds: number;
  readonly controller: string;
  readonly detail: string;
}

export type ProbeKind = 'ping' | 'tcp' | 'http' | 'dns' | 'tracerouteEnd' | 'atlasConnection';
export type ProbeOutcome = 'reply' | 'noReply' | 'refused' | 'proberError' | 'wrongReply';
