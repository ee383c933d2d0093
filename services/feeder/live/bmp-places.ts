import { writeAddress } from '#core/address-text.ts';

export interface BmpPlacesOptions {
  readonly maxConnections: number;
  /** Of one IPv4 address, or of one /64 of IPv6: whoever has one address has all of those. */
  readonly maxConnectionsOfAddress: number;
  /** Who has told nothing of any peer for so long gives its place to one that comes when there is none left. */
  readonly scarceMilliseconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A connection, as far as its place is concerned. */
export interface BmpGuest {
  /** As the socket says it: "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1". */
  readonly address: string;
  /** True once it told anything of a peer: until then nothing says that it is a router. */
  hasTold(): boolean;
  /** Others need its place. */
  leave(): void;
}

/** Why a connection is turned away. */
export type TurnedAway = 'noPlaceLeft' | 'tooManyOfAddress';

interface Place {
  readonly network: string;
  /** When it could begin to tell something. */
  since: number;
}

/** Who may send BMP: so many connections at a time, and so few of one address that it cannot lock out the others. */
export class BmpPlaces {
  readonly #options: BmpPlacesOptions;
  /** In the order in which they came. */
  readonly #places = new Map<BmpGuest, Place>();

  constructor(options: BmpPlacesOptions) {
    this.#options = options;
  }

  /** Gives a place to a connection, if need be that of another one; or says why there is none. */
  take(guest: BmpGuest): TurnedAway | undefined {
    const { maxConnections, maxConnectionsOfAddress, now } = this.#options;
    const network = networkOf(guest.address);
    let ofNetwork = 0;
    for (const place of this.#places.values()) if (place.network === network) ofNetwork++;
    if (ofNetwork >= maxConnectionsOfAddress && !this.#free(network)) return 'tooManyOfAddress';
    if (this.#places.size >= maxConnections && !this.#free(undefined)) return 'noPlaceLeft';
    this.#places.set(guest, { network, since: now() });
    return undefined;
  }

  giveBack(guest: BmpGuest): void {
    this.#places.delete(guest);
  }

  /** Nothing was read for a while: nobody could tell anything. */
  restart(): void {
    for (const place of this.#places.values()) place.since = this.#options.now();
  }

  /** Takes the place of the one that has told nothing for the longest time, of this network or of all. */
  #free(network: string | undefined): boolean {
    const latest = this.#options.now() - this.#options.scarceMilliseconds;
    for (const [guest, place] of this.#places) {
      if (place.since > latest) return false;
      if ((network !== undefined && place.network !== network) || guest.hasTold()) continue;
      this.#places.delete(guest);
      guest.leave();
      return true;
    }
    return false;
  }
}

/** The address itself, or the /64 of one of IPv6. */
export function networkOf(address: string): string {
  const text = address.replace(/^::ffff:(?=[\d.]+$)/, '').replace(/%.*$/, '');
  const octets = new Uint8Array(16);
  return writeAddress(text, octets, 0) === 16 ? octets.subarray(0, 8).join() : text;
}
