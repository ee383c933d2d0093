import { writeAddress } from '../address-text.ts';
import type { SessionEnds } from '../mrt/bgp4mp-writer.ts';
import { uint32Of } from './fields.ts';

/** RIS has some 25 collectors with up to some hundred peers each: what names more is hostile or broken. */
const maxHosts = 256;
const maxPeersOfHost = 8192;
/** AS of the collectors. */
const risAs = 12_654;

export interface RisPeer extends SessionEnds {
  /** The message before: 2018's frames repeat one for each of its prefixes. */
  lastId: string;
}

/** A collector ("rrc00") and its peers. */
export interface RisHost {
  /** Without the domain that some frames give it. */
  readonly source: string;
  readonly peers: Map<string, RisPeer>;
}

/** The collectors that were heard of. */
export class RisHosts {
  readonly #byName = new Map<string, RisHost>();
  readonly #bySource = new Map<string, RisHost>();

  /** "rrc03" and "rrc03.ripe.net" are one; undefined where it is no name, or there are too many. */
  host(name: unknown): RisHost | undefined {
    if (typeof name !== 'string') return undefined;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (!/^[a-z0-9][a-z0-9.-]{0,63}$/i.test(name) || this.#byName.size === maxHosts) return undefined;
    const own = copyOf(name);
    const source = own.toLowerCase().replace(/\.ripe\.net$/, '');
    const host = this.#bySource.get(source) ?? { source, peers: new Map() };
    this.#bySource.set(source, host);
    this.#byName.set(own, host);
    return host;
  }

  peer({ peers }: RisHost, address: unknown, asn: unknown): RisPeer | undefined {
    if (typeof address !== 'string') return undefined;
    const known = peers.get(address);
    if (known !== undefined && (known.peerAs === asn || String(known.peerAs) === asn)) return known;
    const peerAs = uint32Of(asn);
    const bytes = new Uint8Array(16);
    const addressBytes = address.length > 45 ? 0 : writeAddress(address, bytes, 0);
    if (peerAs === undefined || addressBytes === 0 || (known === undefined && peers.size === maxPeersOfHost))
      return undefined;
    const peer = { peerAs, localAs: risAs, bytes, addressAt: 0, addressBytes, lastId: '' };
    peers.set(copyOf(address), peer);
    return peer;
  }
}

/** A text that is part of a frame would keep all of it in memory. */
const copyOf = (text: string): string => [...text].join('');
