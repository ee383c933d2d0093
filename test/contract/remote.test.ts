import { MessageChannel } from 'node:worker_threads';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { serveTransport } from '#runtime/transport/remote-server.ts';
import { RemoteTransport } from '#runtime/transport/remote-transport.ts';
import { transportSuite } from './transport-suite.ts';

/** The log in memory, reached through a port as another thread reaches it; closing the one closes the other. */
class WithItsLog extends RemoteTransport {
  readonly #log: EmbeddedLog;

  constructor(log: EmbeddedLog) {
    const { port1, port2 } = new MessageChannel();
    serveTransport(log, port1);
    super(port2);
    this.#log = log;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#log.close();
  }
}

transportSuite({
  name: 'embedded log in another thread',
  open: async (limits) =>
    new WithItsLog(new EmbeddedLog(limits, new MemoryStorage({ retention: 'everything' }))),
});
