import assert from 'node:assert/strict';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { openRecord } from '#runtime/codec/envelope.ts';
import { SequenceRule } from '#runtime/sequence-rule.ts';
import { bgpUpdates, deadLetters } from '#runtime/topics.ts';
import type { LogRecord, OutgoingRecord } from '#runtime/transport/transport.ts';
import type { FeedTransport } from '../../services/feeder/feed.ts';

import { RouteLines } from './routes.ts';

/** A log in memory that keeps everything, and can be made to take nothing for a while. */
export class LiveLog implements FeedTransport {
  readonly #topics = new Map<string, LogRecord[]>();
  #blocked: Promise<void> | undefined;
  #unblock = () => {};

  async openProducer() {
    return { send: (records: readonly OutgoingRecord[]) => this.#send(records), close: async () => {} };
  }

  async offsets(topic: string, partition: number) {
    return { low: 0, high: this.#of(topic, partition).length };
  }

  async *scan(topic: string, partition: number, from: number, to: number) {
    yield* this.#of(topic, partition).slice(from, to);
  }

  block(): void {
    this.#blocked = new Promise((resolve) => {
      this.#unblock = resolve;
    });
  }

  unblock(): void {
    this.#blocked = undefined;
    this.#unblock();
  }

  /** All of bgp.updates, by source, in the order of its partition: its routes, and "opened", "tick 5", "lost". Fails at a gap. */
  contents(partitions = 1): Map<string, string[]> {
    const told = new Map<string, string[]>();
    for (let partition = 0; partition < partitions; partition++) {
      const rule = new SequenceRule();
      for (const { value } of this.#of(bgpUpdates.topic, partition)) {
        const { envelope, body } = openRecord(value!);
        assert.ok(rule.accepts(envelope), `${envelope.producer} wrote ${envelope.sequence} twice`);
        const { source, content, eventMinute } = bgpUpdates.codec.decode(envelope, body);
        const lines = told.get(source) ?? [];
        told.set(source, lines);
        if (content.case === 'mrtRecords')
          for (const line of RouteLines.of(content.value).lines) lines.push(line);
        else lines.push(`${content.case} ${eventMinute}`);
      }
    }
    return told;
  }

  /** All of a partition of bgp.updates, in its order. */
  updates(partition = 0): BgpUpdates[] {
    return this.#of(bgpUpdates.topic, partition).map(({ value }) => {
      const { envelope, body } = openRecord(value!);
      return bgpUpdates.codec.decode(envelope, body);
    });
  }

  /** Routes and states only. */
  routes(source: string, partitions = 1): string[] {
    return (this.contents(partitions).get(source) ?? []).filter((line) => /^[AWS] /.test(line));
  }

  letters(): string[] {
    return this.#of(deadLetters.topic, 0).map(({ value }) => {
      const { envelope, body } = openRecord(value!);
      const { origin, reason } = deadLetters.codec.decode(envelope, body);
      return `${origin} ${reason}`;
    });
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    await this.#blocked;
    for (const { topic, partition, key, value } of records) {
      const kept = this.#of(topic, partition);
      kept.push({ offset: kept.length, key, value });
    }
  }

  #of(topic: string, partition: number): LogRecord[] {
    const name = `${topic}/${partition}`;
    const records = this.#topics.get(name) ?? [];
    this.#topics.set(name, records);
    return records;
  }
}
