/** Initiation (RFC 7854 4.3): what the router says of itself, as TLVs; the first message of a session. */
import { informationType, readTlvs, type Tlv, tlvText } from './tlv.ts';

export interface Initiation {
  /** "" where the router does not say. */
  readonly sysName: string;
  readonly sysDescr: string;
  readonly tlvs: readonly Tlv[];
}

export function readInitiation(bytes: Uint8Array, start: number, end: number): Initiation | undefined {
  const tlvs = readTlvs(bytes, start, end);
  if (tlvs === undefined) return undefined;
  const text = (type: number): string => {
    const found = tlvs.find((tlv) => tlv.type === type);
    return found === undefined ? '' : tlvText(found.value);
  };
  return { sysName: text(informationType.sysName), sysDescr: text(informationType.sysDescr), tlvs };
}
