export interface RisLiveClientOptions {
  readonly url: string;
  /** No message for so long is as good as no connection. */
  readonly silenceMilliseconds: number;
  readonly firstRetryMilliseconds: number;
  readonly maxRetryMilliseconds: number;
}

export const risLiveDefaults: RisLiveClientOptions = {
  url: 'wss://ris-live.ripe.net/v1/ws/?client=steadybeat',
  silenceMilliseconds: 60_000,
  firstRetryMilliseconds: 1000,
  maxRetryMilliseconds: 60_000,
};
