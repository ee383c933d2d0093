/**
 * The frame that OpenBMP puts before the BMP messages of a router on Kafka (topics `bmp_raw`). Binary, version 1.7:
 *   | "OBMP" | major, minor (1, 1) | header length (2) | message length (4) | flags (1) | object type (1), 12: BMP |
 *   | seconds (4) | microseconds (4) | collector hash (16) | admin ID: length (2), text | router hash (16) |
 *   | router IP (16) | router group: length (2), text | row count (4) |
 * or as text: lines "V: 1.7", "C_HASH_ID: ...", "R_HASH: ...", "R_IP: ...", "L: length" in any order, then an empty line.
 * The message length is to be believed: a stray octet may follow.
 */
import { u16, u32 } from '../bgp/octets.ts';
import { formatIpv4, formatIpv6 } from '../prefix.ts';
import { tlvText } from './tlv.ts';

/** Why a frame is none. */
export const frameRefusals = [
  'frameMagic',
  'frameVersion',
  'frameObject',
  'frameHeader',
  'frameLength',
] as const;
export type FrameRefusal = (typeof frameRefusals)[number];

export interface OpenBmpFrame {
  /** When the collector received it; 0 where it does not say (text). */
  readonly second: number;
  readonly microsecond: number;
  readonly adminId: string;
  readonly routerIp: string;
  readonly routerGroup: string;
  /** The BMP messages. */
  readonly start: number;
  readonly end: number;
}

const magic = 0x4f42_4d50;
const major = 1;
const bmpRaw = 12;
const routerIsIpv6 = 0x40;
const adminIdAt = 38;
const addressesBytes = 32;
const longestTextHeader = 4096;

export function readOpenBmpFrame(bytes: Uint8Array): OpenBmpFrame | FrameRefusal {
  if (bytes.length >= 4 && u32(bytes, 0) === magic) return readBinaryFrame(bytes);
  return readTextFrame(bytes);
}

function readBinaryFrame(bytes: Uint8Array): OpenBmpFrame | FrameRefusal {
  if (bytes.length < adminIdAt + 2) return 'frameHeader';
  if (bytes[4] !== major) return 'frameVersion';
  if (bytes[13] !== bmpRaw) return 'frameObject';
  const start = u16(bytes, 6);
  const addressesAt = adminIdAt + 2 + u16(bytes, adminIdAt);
  const groupAt = addressesAt + addressesBytes + 2;
  if (groupAt > start || start > bytes.length) return 'frameHeader';
  const groupEnd = groupAt + u16(bytes, groupAt - 2);
  if (groupEnd > start) return 'frameHeader';
  const end = start + u32(bytes, 8);
  if (end > bytes.length) return 'frameLength';
  const microsecond = u32(bytes, 18);
  return {
    second: u32(bytes, 14),
    microsecond: microsecond < 1_000_000 ? microsecond : 0,
    adminId: tlvText(bytes.subarray(adminIdAt + 2, addressesAt)),
    routerIp: addressText(bytes, addressesAt + 16, (bytes[12]! & routerIsIpv6) !== 0),
    routerGroup: tlvText(bytes.subarray(groupAt, groupEnd)),
    start,
    end,
  };
}

const addressText = (bytes: Uint8Array, at: number, isIpv6: boolean): string =>
  isIpv6
    ? formatIpv6(u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8), u32(bytes, at + 12))
    : formatIpv4(u32(bytes, at));

function readTextFrame(bytes: Uint8Array): OpenBmpFrame | FrameRefusal {
  const start = textHeaderEnd(bytes);
  if (start < 0) return 'frameMagic';
  let text = '';
  for (let i = 0; i < start; i++) text += String.fromCharCode(bytes[i]!);
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toUpperCase(), line.slice(colon + 1).trim());
  }
  if (fields.get('V') === undefined) return 'frameMagic';
  const length = fields.get('L') ?? '';
  if (!/^\d{1,10}$/.test(length)) return 'frameHeader';
  const end = start + Number(length);
  if (end > bytes.length) return 'frameLength';
  const routerIp = fields.get('R_IP') ?? '';
  return { second: 0, microsecond: 0, adminId: '', routerIp, routerGroup: '', start, end };
}

/** Where the octets after the empty line begin; -1 where there is none near the start. */
function textHeaderEnd(bytes: Uint8Array): number {
  const last = Math.min(bytes.length, longestTextHeader) - 1;
  for (let i = 0; i < last; i++) {
    if (bytes[i] !== 0x0a) continue;
    if (bytes[i + 1] === 0x0a) return i + 2;
    if (bytes[i + 1] === 0x0d && bytes[i + 2] === 0x0a) return i + 3;
  }
  return -1;
}
