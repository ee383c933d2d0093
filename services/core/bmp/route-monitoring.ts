/**
 * Route Monitoring (RFC 7854 4.6): in version 3 an UPDATE fills what follows the per-peer header. In version 4 it is
 * TLVs, of which one is the UPDATE (draft-ietf-grow-bmp-tlv 4.2), another capabilities that this UPDATE is to be read
 * with whatever Peer Up said. Drafts gave them different numbers (4 or 7; 1 or 6), so their values tell them apart:
 *   UPDATE: begins with the marker;   capability: | 69 | length (1) | AFI, SAFI, Send/Receive of each family |
 */
import { messageHeaderBytes } from '../bgp/message.ts';
import { u16 } from '../bgp/octets.ts';
import { addPathEntries } from '../bgp/open.ts';
import { familyBits } from './peer-up.ts';

const tlvHeadBytes = 6;
const updateTlvs: readonly number[] = [4, 7];
const statelessTlvs: readonly number[] = [1, 6];
const addPath = 69;

/** Finds the UPDATE of a Route Monitoring message. One object, filled anew for each. */
export class RouteMonitoring {
  /** The UPDATE with its message header. */
  updateStart = 0;
  updateEnd = 0;
  /** Families (familyBit) with path identifiers as the message itself says; -1 where it says nothing. */
  statelessAddPath = -1;

  /** False where there is no whole BGP message. `direction`: of ADD-PATH's Send/Receive, the bit that counts. */
  read(bytes: Uint8Array, version: number, start: number, end: number, direction: number): boolean {
    this.statelessAddPath = -1;
    if (version === 3) return this.#setUpdate(bytes, start, end);
    return this.#readTlvs(bytes, start, end, direction);
  }

  #readTlvs(bytes: Uint8Array, start: number, end: number, direction: number): boolean {
    let found = false;
    let at = start;
    while (at + tlvHeadBytes <= end) {
      const type = u16(bytes, at);
      const valueStart = at + tlvHeadBytes;
      at = valueStart + u16(bytes, valueStart - 4);
      if (at > end) return false;
      if (!found && updateTlvs.includes(type)) found = this.#setUpdate(bytes, valueStart, at);
      if (statelessTlvs.includes(type) && isAddPath(bytes, valueStart, at)) {
        const families = addPathEntries(bytes.subarray(valueStart + 2, at), direction);
        this.statelessAddPath = familyBits(families) | Math.max(0, this.statelessAddPath);
      }
    }
    return found && at === end;
  }

  #setUpdate(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < messageHeaderBytes || bytes[start] !== 255 || bytes[start + 15] !== 255) return false;
    const length = u16(bytes, start + 16);
    if (length < messageHeaderBytes || start + length > end) return false;
    this.updateStart = start;
    this.updateEnd = start + length;
    return true;
  }
}

const isAddPath = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start >= 6 && bytes[start] === addPath && bytes[start + 1] === end - start - 2;
