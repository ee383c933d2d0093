import type { ProbeResults } from '#core/contract/probe-results.ts';
import { probeResults } from '#runtime/topics.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';

/** What one producer writes to probe.results, numbered. */
export class ProbeRecords {
  readonly #producer: string;
  #sequence = 0;

  constructor(producer: string) {
    this.#producer = producer;
  }

  of(value: ProbeResults): OutgoingRecord[] {
    const { topic, codec } = probeResults;
    const { eventMinute } = value;
    const stamp = { producer: this.#producer, sequence: this.#sequence + 1, eventMinute };
    const records = codec.encode(stamp, value);
    this.#sequence += records.length;
    return records.map((record) => ({ topic, partition: 0, key: value.source, value: record }));
  }
}
