/**
 * The MRT common header (RFC 6396 2) and what each type's body begins with:
 *   +----------------+----------+-------------+------------+---------+
 *   | timestamp (4)  | type (2) | subtype (2) | length (4) | message |
 *   +----------------+----------+-------------+------------+---------+
 * Length is that of the message, without these 12 octets. BGP4MP_ET has the microseconds in
 * the message's first four (RFC 6396 3).
 */
import { u16, u32 } from '../bgp/octets.ts';

export const headerBytes = 12;
export const microsecondBytes = 4;

export const mrtType = { bgp: 5, tableDump: 12, tableDumpV2: 13, bgp4mp: 16, bgp4mpEt: 17 } as const;

/** Of BGP4MP and BGP4MP_ET (RFC 6396 4.4, RFC 8050 3): those that are named here; bgp4mp.ts reads all up to 11. */
export const bgp4mpSubtype = {
  stateChange: 0,
  message: 1,
  messageAs4: 4,
  stateChangeAs4: 5,
  messageAddPath: 8,
  messageAs4AddPath: 9,
} as const;

/**
 * No record of a collector comes near this: a table dump of 2,000 peers with attributes of 1,000 octets has 2 MB. A
 * header that says more is not a header, and the stream has lost its framing.
 */
export const maxRecordBytes = 16 * 1024 * 1024;

/** Where the record at `at` ends by its header; -1 where [at, to) holds no whole header. May lie beyond `to`. */
export const recordEnd = (bytes: Uint8Array, at: number, to: number): number =>
  to - at < headerBytes ? -1 : at + headerBytes + u32(bytes, at + 8);

export const recordSecond = (bytes: Uint8Array, at: number): number => u32(bytes, at);
export const recordType = (bytes: Uint8Array, at: number): number => u16(bytes, at + 4);
export const recordSubtype = (bytes: Uint8Array, at: number): number => u16(bytes, at + 6);
