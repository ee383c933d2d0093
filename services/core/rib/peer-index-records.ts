/** PEER_INDEX_TABLE records (RFC 6396 4.3.1) among MRT records: the walker of a dump needs the last one to go on. */
import { headerBytes, mrtType } from '../mrt/record.ts';

const peerIndexTable = 1;

/** A copy of the last one in `bytes`; undefined if there is none. */
export function peerIndexTableIn(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found: Uint8Array | undefined;
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const end = at + headerBytes + view.getUint32(at + 8);
    if (end > bytes.length) break;
    if (view.getUint16(at + 4) === mrtType.tableDumpV2 && view.getUint16(at + 6) === peerIndexTable)
      found = bytes.slice(at, end);
    at = end;
  }
  return found;
}
