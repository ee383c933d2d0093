/**
 * Information TLVs (RFC 7854 4.4), and those with an index of version 4 (draft-ietf-grow-bmp-tlv):
 *   +----------+------------+------------------------+-------+
 *   | type (2) | length (2) | index (2), version 4   | value |
 *   +----------+------------+------------------------+-------+
 */
import { u16 } from '../bgp/octets.ts';

export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
}

const headBytes = 4;

/** The TLVs that fill [start, end); undefined where they don't. */
export function readTlvs(bytes: Uint8Array, start: number, end: number): Tlv[] | undefined {
  const tlvs: Tlv[] = [];
  let at = start;
  while (at + headBytes <= end) {
    const valueEnd = at + headBytes + u16(bytes, at + 2);
    if (valueEnd > end) return undefined;
    tlvs.push({ type: u16(bytes, at), value: bytes.slice(at + headBytes, valueEnd) });
    at = valueEnd;
  }
  return at === end ? tlvs : undefined;
}

/** Types of Initiation and Peer Up (RFC 7854 4.4, RFC 9069 5.3). */
export const informationType = { text: 0, sysDescr: 1, sysName: 2, vrfTableName: 3 } as const;

/** The octets as text, one character each: what is not printable ASCII becomes "?". At most 255 of them (RFC 1213). */
export function tlvText(value: Uint8Array): string {
  let text = '';
  for (const octet of value.subarray(0, 255)) {
    text += octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '?';
  }
  return text.trim();
}
