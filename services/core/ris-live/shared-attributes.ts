import { writeAddress } from '../address-text.ts';
import { asSequence, asSet } from '../bgp/as-path.ts';
import { attributeType, extendedLength, optionalFlag, transitiveFlag } from '../bgp/attribute-type.ts';
import { elementsOf, type MessageFields, uint32Of } from './fields.ts';
import type { OctetWriter } from './octet-writer.ts';
import { Refused } from './refused.ts';

const origins: readonly string[] = ['igp', 'egp', 'incomplete'];
const incomplete = 2;
const maxSegmentLength = 255;
const wellKnown = transitiveFlag | extendedLength;
const optional = optionalFlag | extendedLength;
const optionalTransitive = optional | transitiveFlag;
const address = new Uint8Array(16);

/** Writes ORIGIN, AS_PATH, MULTI_EXIT_DISC, COMMUNITIES and AGGREGATOR, as far as the message shows them. */
export function writeSharedAttributes(fields: MessageFields, out: OctetWriter): void {
  const { origin, path, med, community, aggregator } = fields;
  const code = typeof origin === 'string' ? origins.indexOf(origin.toLowerCase()) : -1;
  const originAt = out.beginAttribute(wellKnown, attributeType.origin);
  out.u8(code < 0 ? incomplete : code);
  out.endAttribute(originAt);
  const pathAt = out.beginAttribute(wellKnown, attributeType.asPath);
  writePath(elementsOf(path), out);
  out.endAttribute(pathAt);
  const metric = uint32Of(med);
  if (metric !== undefined) {
    const medAt = out.beginAttribute(optional, attributeType.multiExitDisc);
    out.u32(metric);
    out.endAttribute(medAt);
  }
  writeCommunities(elementsOf(community), out);
  writeAggregator(aggregator, out);
}

/** A path is a list of AS numbers; an AS_SET is a list in it. */
function writePath(path: readonly unknown[], out: OctetWriter): void {
  for (let i = 0; i < path.length; ) {
    const element = path[i];
    if (Array.isArray(element)) {
      const length = Math.min(element.length, maxSegmentLength);
      if (length > 0) writeSegment(asSet, element, 0, length, out);
      i++;
    } else {
      let end = i;
      while (end < path.length && end < i + maxSegmentLength && !Array.isArray(path[end])) end++;
      writeSegment(asSequence, path, i, end, out);
      i = end;
    }
  }
}

function writeSegment(
  type: number,
  numbers: readonly unknown[],
  from: number,
  to: number,
  out: OctetWriter,
): void {
  out.u8(type);
  out.u8(to - from);
  for (let i = from; i < to; i++) {
    const asn = uint32Of(numbers[i]);
    if (asn === undefined) throw new Refused('path');
    out.u32(asn);
  }
}

/** Pairs of 16 bits; what is none is left out. */
function writeCommunities(communities: readonly unknown[], out: OctetWriter): void {
  if (communities.length === 0) return;
  const before = out.length;
  const valueAt = out.beginAttribute(optionalTransitive, attributeType.communities);
  for (const pair of communities) {
    const [first, second] = elementsOf(pair);
    const high = uint32Of(first);
    const low = uint32Of(second);
    if (high === undefined || low === undefined || high > 0xffff || low > 0xffff) continue;
    out.u16(high);
    out.u16(low);
  }
  if (out.length === valueAt) out.length = before;
  else out.endAttribute(valueAt);
}

/** "64500:192.0.2.1"; anything else is left out. */
function writeAggregator(value: unknown, out: OctetWriter): void {
  if (typeof value !== 'string') return;
  const colon = value.indexOf(':');
  const asn = uint32Of(value.slice(0, Math.max(0, colon)));
  if (asn === undefined || writeAddress(value, address, 0, colon + 1) !== 4) return;
  const valueAt = out.beginAttribute(optionalTransitive, attributeType.aggregator);
  out.u32(asn);
  out.copy(address, 4);
  out.endAttribute(valueAt);
}
