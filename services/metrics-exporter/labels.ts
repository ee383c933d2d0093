import type { Kind } from '#core/contract/anomalies.ts';

/** "beat_watch". */
export const kindLabel = (kind: Kind): string =>
  kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
