import type { LogRecord } from '#runtime/transport/transport.ts';

/** Of a transport: all topics are empty. */
export const nothingKept = {
  offsets: async () => ({ low: 0, high: 0 }),
  async *scan(): AsyncIterable<LogRecord> {},
};
