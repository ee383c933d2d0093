import type { WebSocketOptions } from '#runtime/web-socket-client.ts';

export const risLiveDefaults: WebSocketOptions = {
  url: 'wss://ris-live.ripe.net/v1/ws/?client=steadybeat',
  silenceMilliseconds: 60_000,
  firstRetryMilliseconds: 1000,
  maxRetryMilliseconds: 60_000,
};
