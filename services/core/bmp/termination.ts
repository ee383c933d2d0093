/** Termination (RFC 7854 4.5): the router ends the session. TLV 0 is text, TLV 1 a reason of two octets. */
import { u16 } from '../bgp/octets.ts';
import { readTlvs, tlvText } from './tlv.ts';

const textType = 0;
const reasonType = 1;

/** Reasons: 0 administratively closed, 1 unspecified, 2 out of resources, 3 redundant connection, 4 permanently closed. */
export interface Termination {
  readonly reason: number | undefined;
  readonly text: string;
}

export function readTermination(bytes: Uint8Array, start: number, end: number): Termination | undefined {
  const tlvs = readTlvs(bytes, start, end);
  if (tlvs === undefined) return undefined;
  const reason = tlvs.find(({ type, value }) => type === reasonType && value.length === 2);
  const text = tlvs.find(({ type }) => type === textType);
  return { reason: reason && u16(reason.value, 0), text: text === undefined ? '' : tlvText(text.value) };
}
