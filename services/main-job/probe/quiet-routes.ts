import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import type { EventMinute } from '#core/event-time.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { Producer } from '#runtime/transport/transport.ts';

const source = 'no-routes';

/** A source of routes that has none: where only probes are there, its ticks are what time goes by. One partition. */
export class QuietRoutes {
  readonly #producer: Producer;
  #sequence = 0;

  constructor(producer: Producer) {
    this.#producer = producer;
  }

  open(eventMinute: EventMinute): Promise<void> {
    return this.#send(eventMinute, { case: 'sourceOpened', seed: false });
  }

  tick(eventMinute: EventMinute): Promise<void> {
    return this.#send(eventMinute, { case: 'tick' });
  }

  end(eventMinute: EventMinute): Promise<void> {
    return this.#send(eventMinute, { case: 'endOfSource' });
  }

  #send(eventMinute: EventMinute, content: UpdatesContent): Promise<void> {
    const { topic, codec } = bgpUpdates;
    const stamp = { producer: source, sequence: ++this.#sequence, eventMinute };
    const [value] = codec.encode(stamp, { source, eventMinute, content });
    return this.#producer.send([{ topic, partition: 0, key: source, value: value! }]);
  }
}
