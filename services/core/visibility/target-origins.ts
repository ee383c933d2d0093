import { writeAddress } from '../address-text.ts';
import { u32 } from '../bgp/octets.ts';
import { blockPartition } from '../block.ts';
import type { TargetOrigin } from '../contract/as-minutes.ts';
import type { EventMinute } from '../event-time.ts';
import type { Family } from '../prefix.ts';

/** An address that somebody probes, and the AS that it is of by the list of targets. */
export interface ProbedAddress {
  readonly address: string;
  readonly originAs: number;
}

/** What the prefix tables say of an address. */
export type Holder = Omit<TargetOrigin, 'address'>;
export type HolderOf = (family: Family, address: Uint32Array, originAs: number) => Holder;

interface Target extends ProbedAddress {
  readonly family: Family;
  readonly words: Uint32Array;
  holder: Holder;
}

/** Of nothing else than the prefix tables and the minute: who begins to listen need not wait for a change. */
const tellAllMinutes = 15;

const nobody: Holder = { prefix: '', originAs: 0, withdrawn: false };

/**
 * Whose the probed addresses of one address block partition are, at the end of each minute: what covers an address lies in its
 * block. A function of the prefix tables, so there is nothing of it to save.
 */
export class TargetOrigins {
  readonly #targets: readonly Target[];

  constructor(probed: readonly ProbedAddress[], block: number, blockPartitions: number) {
    this.#targets = probed
      .flatMap(targetOf)
      .filter(({ family, words }) => blockPartition(family, words[0], blockPartitions) === block);
  }

  /** The tables were loaded: what they say has been told. */
  restore(holderOf: HolderOf): void {
    for (const target of this.#targets)
      target.holder = holderOf(target.family, target.words, target.originAs);
  }

  /** What is to be told at the end of the minute. */
  close(minute: EventMinute, holderOf: HolderOf): TargetOrigin[] {
    const isTurn = minute % tellAllMinutes === 0;
    const told: TargetOrigin[] = [];
    for (const target of this.#targets) {
      const holder = holderOf(target.family, target.words, target.originAs);
      const isNews = !isSame(holder, target.holder) || (isTurn && holder.prefix !== '');
      target.holder = holder;
      if (isNews) told.push({ address: target.address, ...holder });
    }
    return told;
  }
}

const octets = new Uint8Array(16);

/** None of what no route table has: an address with a zone, fe80::1%eth0. */
function targetOf({ address, originAs }: ProbedAddress): Target[] {
  const length = writeAddress(address, octets, 0);
  if (length === 0) return [];
  const words = Uint32Array.from({ length: length / 4 }, (_, i) => u32(octets, 4 * i));
  return [{ address, originAs, family: length === 4 ? 'ipv4' : 'ipv6', words, holder: nobody }];
}

const isSame = (a: Holder, b: Holder): boolean =>
  a.prefix === b.prefix && a.originAs === b.originAs && a.withdrawn === b.withdrawn;
