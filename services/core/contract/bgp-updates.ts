import type { EventMinute } from '../event-time.ts';

/** Topic bgp.updates: proto/steadybeat/v1/bgp_updates.proto says what each field means. */
export interface BgpUpdates {
  readonly source: string;
  readonly eventMinute: EventMinute;
  readonly content: UpdatesContent;
}

export interface SourceOpening {
  readonly seed: boolean;
  readonly tellsSessions?: true;
}

export type UpdatesContent =
  | { readonly case: 'mrtRecords'; readonly value: Uint8Array }
  | ({ readonly case: 'sourceOpened' } & SourceOpening)
  | { readonly case: 'tick' }
  | { readonly case: 'endOfSource' }
  | { readonly case: 'sourceLost' }
  | { readonly case: 'ribBegin' }
  | { readonly case: 'ribEnd' };
