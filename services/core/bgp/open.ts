/**
 * OPEN (RFC 4271 4.2), without the message header, and the capabilities in it (RFC 5492 4):
 *   +-------------+--------+---------------+----------------+------------+---------------------+
 *   | version (1) | AS (2) | hold time (2) | identifier (4) | length (1) | optional parameters |
 *   +-------------+--------+---------------+----------------+------------+---------------------+
 *   parameter: | type (1), 2 for capabilities | length (1) | value |;  capability: | code (1) | length (1) | value |
 * Where the length and the first type are 255, a length of two octets follows, and each parameter's has two (RFC 9072 2).
 */
import { u16, u32 } from './octets.ts';

const fixedBytes = 10;
const capabilities = 2;
const extendedMark = 255;
/** RFC 6793 3, RFC 7911 4. */
const fourOctetAs = 65;
const addPath = 69;
const addPathEntryBytes = 4;

export interface Capability {
  readonly code: number;
  readonly value: Uint8Array;
}

export interface Open {
  readonly version: number;
  /** The AS number: of four octets where that capability is there. */
  readonly asn: number;
  readonly holdTimeSeconds: number;
  readonly identifier: number;
  readonly capabilities: readonly Capability[];
}

/** The OPEN in [start, end), after the message header; undefined where its lengths do not fit. */
export function readOpen(bytes: Uint8Array, start: number, end: number): Open | undefined {
  if (end - start < fixedBytes) return undefined;
  const found = readParameters(bytes, start, end);
  if (found === undefined) return undefined;
  const as4 = found.find(({ code, value }) => code === fourOctetAs && value.length === 4);
  return {
    version: bytes[start]!,
    asn: as4 === undefined ? u16(bytes, start + 1) : u32(as4.value, 0),
    holdTimeSeconds: u16(bytes, start + 3),
    identifier: u32(bytes, start + 5),
    capabilities: found,
  };
}

function readParameters(bytes: Uint8Array, start: number, end: number): Capability[] | undefined {
  const isExtended = bytes[start + 9] === extendedMark && bytes[start + 10] === extendedMark;
  const headBytes = isExtended ? 3 : 2;
  let at = start + (isExtended ? 13 : fixedBytes);
  const length = isExtended ? u16(bytes, start + 11) : bytes[start + 9]!;
  if (at > end || at + length !== end) return undefined;
  const found: Capability[] = [];
  while (at + headBytes <= end) {
    const valueEnd = at + headBytes + (isExtended ? u16(bytes, at + 1) : bytes[at + 1]!);
    if (valueEnd > end) return undefined;
    if (bytes[at] === capabilities && !readCapabilities(bytes, at + headBytes, valueEnd, found))
      return undefined;
    at = valueEnd;
  }
  return at === end ? found : undefined;
}

function readCapabilities(bytes: Uint8Array, start: number, end: number, found: Capability[]): boolean {
  let at = start;
  while (at + 2 <= end) {
    const valueEnd = at + 2 + bytes[at + 1]!;
    if (valueEnd > end) return false;
    found.push({ code: bytes[at]!, value: bytes.slice(at + 2, valueEnd) });
    at = valueEnd;
  }
  return at === end;
}

/** Send/Receive of ADD-PATH (RFC 7911 4), as bits. */
export const receivesPaths = 1;
export const sendsPaths = 2;

/** Families (AFI * 256 + SAFI) for which the ADD-PATH capability has one of the bits of `direction`. */
export function addPathFamilies(open: Open, direction: number): number[] {
  return open.capabilities
    .filter(({ code }) => code === addPath)
    .flatMap(({ value }) => addPathEntries(value, direction));
}

/** The same of one capability's value; [] where its length is wrong. */
export function addPathEntries(value: Uint8Array, direction: number): number[] {
  const families: number[] = [];
  if (value.length % addPathEntryBytes !== 0) return families;
  for (let at = 0; at < value.length; at += addPathEntryBytes) {
    if ((value[at + 3]! & direction) !== 0) families.push((u16(value, at) << 8) | value[at + 2]!);
  }
  return families;
}
