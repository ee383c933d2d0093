/**
 * Route Mirroring (RFC 7854 4.7), after the per-peer header: TLVs. 0 is a BGP message as the peer sent it; 1 says why
 * (two octets): 0, that message was erroneous; 1, messages were lost on the way here. The routes come by Route
 * Monitoring as well, so a mirrored message is counted and not used.
 */
import { u16 } from '../bgp/octets.ts';
import { readTlvs } from './tlv.ts';

const messageType = 0;
const informationType = 1;

export interface RouteMirroring {
  readonly messages: number;
  readonly erroneous: number;
  /** Times that the router said that it lost some. */
  readonly losses: number;
}

export function readRouteMirroring(
  bytes: Uint8Array,
  start: number,
  end: number,
): RouteMirroring | undefined {
  const tlvs = readTlvs(bytes, start, end);
  if (tlvs === undefined) return undefined;
  const information = tlvs
    .filter(({ type, value }) => type === informationType && value.length === 2)
    .map(({ value }) => u16(value, 0));
  return {
    messages: tlvs.filter(({ type }) => type === messageType).length,
    erroneous: information.filter((code) => code === 0).length,
    losses: information.filter((code) => code === 1).length,
  };
}
