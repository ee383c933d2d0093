import { attributeType } from '../bgp/attribute-type.ts';
import { isShortMpReachNlri } from '../bgp/mp-reach-nlri.ts';
import { u16, u32 } from '../bgp/octets.ts';
import type { PathAttributes } from '../bgp/path-attributes.ts';
import { formatIpv4 } from '../prefix.ts';
import { bgpdumpIpv6 } from './bgpdump-address.ts';

/** The columns of a `bgpdump -m` line that come from path attributes other than AS_PATH. */

const origins = ['IGP', 'EGP', 'INCOMPLETE'];
const wellKnownCommunities: Readonly<Record<number, string>> = {
  4294967041: 'no-export',
  4294967042: 'no-advertise',
  4294967043: 'local-AS',
};
/** What bgpdump writes where there is no NEXT_HOP. */
const noNextHop = '255.255.255.255';

/** A table dump's own routes have no ORIGIN: bgpdump calls that INCOMPLETE. */
export function originColumn(attributes: PathAttributes): string {
  const start = attributes.start(attributeType.origin);
  return start < 0 ? 'INCOMPLETE' : origins[attributes.bytes[start]!]!;
}

export const multiExitDiscOf = (attributes: PathAttributes): number =>
  u32At(attributes, attributes.start(attributeType.multiExitDisc));

export const localPrefOf = (attributes: PathAttributes): number =>
  u32At(attributes, attributes.start(attributeType.localPref));

const u32At = (attributes: PathAttributes, start: number): number =>
  start < 0 ? 0 : u32(attributes.bytes, start);

export function communitiesColumn(attributes: PathAttributes): string {
  const end = attributes.end(attributeType.communities);
  const texts: string[] = [];
  for (let at = attributes.start(attributeType.communities); at < end; at += 4) {
    const value = u32(attributes.bytes, at);
    texts.push(wellKnownCommunities[value] ?? `${value >>> 16}:${value & 0xffff}`);
  }
  return texts.join(' ');
}

/** "64512 192.0.2.1", AS4_AGGREGATOR merged (RFC 6793 4.2.3); empty where there is none. */
export function aggregatorColumn(attributes: PathAttributes): string {
  const { bytes } = attributes;
  const start = attributes.start(attributeType.aggregator);
  if (start < 0) return '';
  const start4 = attributes.start(attributeType.as4Aggregator);
  if (start4 >= 0 && attributes.isAggregatedByTrans()) {
    return `${u32(bytes, start4)} ${formatIpv4(u32(bytes, start4 + 4))}`;
  }
  const asnBytes = attributes.asnBytes;
  const asn = asnBytes === 2 ? u16(bytes, start) : u32(bytes, start);
  return `${asn} ${formatIpv4(u32(bytes, start + asnBytes))}`;
}

export function nextHopColumn(attributes: PathAttributes): string {
  const start = attributes.start(attributeType.nextHop);
  return start < 0 ? noNextHop : formatIpv4(u32(attributes.bytes, start));
}

/** The first next hop of MP_REACH_NLRI, in its long form or a table dump's short one; undefined where that is absent. */
export function mpNextHopColumn(attributes: PathAttributes): string | undefined {
  const { bytes } = attributes;
  const start = attributes.start(attributeType.mpReachNlri);
  if (start < 0) return undefined;
  const lengthAt = isShortMpReachNlri(bytes, start, attributes.end(attributeType.mpReachNlri))
    ? start
    : start + 3;
  const at = lengthAt + 1;
  if (bytes[lengthAt]! < 16) return formatIpv4(u32(bytes, at));
  return bgpdumpIpv6(u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8), u32(bytes, at + 12));
}
