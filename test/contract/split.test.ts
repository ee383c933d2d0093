import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { SplitTransport } from '#runtime/transport/split-transport.ts';
import { transportSuite } from './transport-suite.ts';

transportSuite({
  name: 'two embedded logs as one',
  open: async (limits) => {
    const log = () => new EmbeddedLog(limits, new MemoryStorage({ retention: 'everything' }));
    return new SplitTransport(['t'], log(), log());
  },
});
