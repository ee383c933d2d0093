import type { Heartbeat } from '#core/contract/as-scores.ts';
import { asScores } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** So often is it looked at what the last minute says. */
const lookMilliseconds = 5000;

/** Follows which families the last minute that was scored could not judge: too few peers vote. */
export class JudgedFamilies {
  readonly #log: Pick<Transport, 'offsets' | 'scan'>;
  #last: Heartbeat | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Pick<Transport, 'offsets' | 'scan'>) {
    this.#log = log;
  }

  /** For people; none before any minute was scored. */
  get frozen(): string[] {
    return [...(this.#last?.ipv4Frozen ? ['IPv4'] : []), ...(this.#last?.ipv6Frozen ? ['IPv6'] : [])];
  }

  start(): void {
    // A log that fails is told by those who write to it.
    this.#timer = setInterval(() => void this.look().catch(() => undefined), lookMilliseconds).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The last record of a minute is its heartbeat: where it is not, the minute is still being written. */
  async look(): Promise<void> {
    const { low, high } = await this.#log.offsets(asScores.topic, 0);
    for await (const { value } of this.#log.scan(asScores.topic, 0, Math.max(low, high - 1), high)) {
      const { envelope, body } = asScores.codec.open(value!);
      const { content } = asScores.codec.decode(envelope, body);
      if (content.case === 'heartbeat') this.#last = content.value;
    }
  }
}
