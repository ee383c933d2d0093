import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { transportSuite } from './transport-suite.ts';

transportSuite({
  name: 'embedded log in memory',
  open: async (limits) => new EmbeddedLog(limits, new MemoryStorage({ retention: 'everything' })),
});
