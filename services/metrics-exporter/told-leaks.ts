import type { Evidence, Kind } from '#core/contract/anomalies.ts';

interface LeakOrOrigin {
  readonly kind: Kind;
  readonly isMuted: boolean;
  /** Of a leak: prefixes whose paths changed. Of an origin: those that go and come back. Samples, both. */
  readonly prefixes: readonly string[];
  readonly upstreamAs: Evidence['upstreamAs'];
  readonly viaAses: Evidence['viaAses'];
  /** Set when it is over. */
  readonly untilMs: number | undefined;
}

/** The leaks that are told now, and who is one of their origins, as far as samples of prefixes say. */
export class ToldLeaks {
  readonly #ases = new Set<number>();
  readonly #byPrefix = new Map<string, number>();

  constructor(incidents: Iterable<LeakOrOrigin> = []) {
    for (const { kind, isMuted, untilMs, viaAses, prefixes } of incidents) {
      const [leakAs] = viaAses;
      if (kind !== 'leakChurn' || isMuted || untilMs !== undefined || leakAs === undefined) continue;
      this.#ases.add(leakAs);
      for (const prefix of prefixes) this.#byPrefix.set(prefix, leakAs);
    }
  }

  /**
   * The AS of a leak: of a leak its own, of an origin that of the leak on whose AS all of its lost paths are, or which changed the
   * paths of one of its prefixes. Undefined of what no leak explains.
   */
  of({ kind, viaAses, upstreamAs, prefixes }: LeakOrOrigin): number | undefined {
    if (kind === 'leakChurn') return viaAses[0];
    if (this.#ases.has(upstreamAs)) return upstreamAs;
    const prefix = prefixes.find((known) => this.#byPrefix.has(known));
    return prefix === undefined ? undefined : this.#byPrefix.get(prefix);
  }
}
