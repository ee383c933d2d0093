import { u16 } from '../bgp/octets.ts';
import { addressBytesOf, asnBytesOf, isBgp4mpSubtype } from './bgp4mp.ts';
import { headerBytes, microsecondBytes, mrtType, recordSubtype, recordType } from './record.ts';

/**
 * Where a record names its peer, found without decoding the rest: enough to choose a
 * partition. One object, filled anew for each record.
 */
export class PeerLocation {
  /** Offset and octets (2 or 4) of the AS number; of the address (4 or 16). */
  asAt = 0;
  asnBytes = 0;
  addressAt = 0;
  addressBytes = 0;

  /**
   * Fills in the peer of the record in [recordStart, recordEnd). False where it names none: TABLE_DUMP_V2
   * names peers by index (rib-record.ts), and a record that is refused may name none.
   */
  find(bytes: Uint8Array, recordStart: number, recordEnd: number): boolean {
    const subtype = recordSubtype(bytes, recordStart);
    const body = recordStart + headerBytes;
    switch (recordType(bytes, recordStart)) {
      case mrtType.bgp4mp:
        return this.#findBgp4mp(bytes, body, recordEnd, subtype);
      case mrtType.bgp4mpEt:
        return this.#findBgp4mp(bytes, body + microsecondBytes, recordEnd, subtype);
      case mrtType.tableDump:
        return this.#findTableDump(body, recordEnd, subtype);
      case mrtType.bgp:
        return this.#set(body, 2, body + 2, 4, recordEnd);
      default:
        return false;
    }
  }

  #findBgp4mp(bytes: Uint8Array, body: number, recordEnd: number, subtype: number): boolean {
    if (!isBgp4mpSubtype(subtype)) return false;
    const asnBytes = asnBytesOf(subtype);
    const addressAt = body + 2 * asnBytes + 4;
    if (addressAt > recordEnd) return false;
    const addressBytes = addressBytesOf(u16(bytes, addressAt - 2));
    return addressBytes > 0 && this.#set(body, asnBytes, addressAt, addressBytes, recordEnd);
  }

  #findTableDump(body: number, recordEnd: number, subtype: number): boolean {
    if (subtype < 1 || subtype > 4) return false;
    const addressBytes = subtype % 2 === 1 ? 4 : 16;
    const addressAt = body + 4 + addressBytes + 6;
    return this.#set(addressAt + addressBytes, subtype <= 2 ? 2 : 4, addressAt, addressBytes, recordEnd);
  }

  #set(asAt: number, asnBytes: number, addressAt: number, addressBytes: number, recordEnd: number): boolean {
    this.asAt = asAt;
    this.asnBytes = asnBytes;
    this.addressAt = addressAt;
    this.addressBytes = addressBytes;
    return asAt + asnBytes <= recordEnd && addressAt + addressBytes <= recordEnd;
  }
}
