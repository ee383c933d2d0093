import { attributeType } from '../bgp/attribute-type.ts';
import { mrtType } from '../mrt/record.ts';
import { type MrtCursor, type MrtVisitor, maxPathWords, type RefusalReason } from '../mrt/visitor.ts';
import { formatIpv4 } from '../prefix.ts';
import { bgpdumpIpv6 } from './bgpdump-address.ts';
import {
  aggregatorColumn,
  communitiesColumn,
  localPrefOf,
  mpNextHopColumn,
  multiExitDiscOf,
  nextHopColumn,
  originColumn,
} from './bgpdump-attributes.ts';
import { bgpdumpPath } from './bgpdump-path.ts';

/**
 * Renders every route as the line that `bgpdump -m` (1.6.2) prints of it, without the newline:
 *   BGP4MP|1203465600|A|192.0.2.1|64500|198.51.100.0/24|64500 64501|IGP|192.0.2.1|0|0|64500:1|NAG||
 *   format|second    |A|peer     |AS   |prefix         |path       |origin|next hop|LOCAL_PREF|MED|communities|AG|aggregator|
 * W for a withdrawn route ends after the prefix; B is a table dump's; STATE tells the old and the new state. With
 * ADD-PATH the path identifier follows the prefix. Nothing is rendered of a record that is refused.
 */
export class BgpdumpLines implements MrtVisitor {
  readonly #onLine: (line: string) => void;
  readonly #onRefuse: ((cursor: MrtCursor, reason: RefusalReason) => void) | undefined;
  readonly #words = new Uint32Array(maxPathWords);
  /** "BGP4MP|1203465600|" and "192.0.2.1|64500|" of the message or entry now told. */
  #head = '';
  #peer = '';
  /** The columns after the prefix up to the next hop, and after it; made when the first route asks for them. */
  #beforeNextHop: string | undefined;
  #afterNextHop = '';

  constructor(onLine: (line: string) => void, onRefuse?: (cursor: MrtCursor, reason: RefusalReason) => void) {
    this.#onLine = onLine;
    this.#onRefuse = onRefuse;
  }

  beginUpdate(cursor: MrtCursor): void {
    this.#head = `${formatOf(cursor)}|${timeOf(cursor)}|`;
    this.#peer = peerColumns(cursor);
    this.#beforeNextHop = undefined;
  }

  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.#withdraw(cursor, `${formatIpv4(address)}/${length}`, pathId);
  }

  withdrawIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    pathId: number,
  ): void {
    this.#withdraw(cursor, `${bgpdumpIpv6(w0, w1, w2, w3)}/${length}`, pathId);
  }

  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.#announce(cursor, `${formatIpv4(address)}/${length}`, pathId, cursor.isMultiprotocol);
  }

  announceIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    pathId: number,
  ): void {
    this.#announce(cursor, `${bgpdumpIpv6(w0, w1, w2, w3)}/${length}`, pathId, true);
  }

  endUpdate(): void {}

  stateChange(cursor: MrtCursor, oldState: number, newState: number): void {
    const format =
      cursor.type === mrtType.bgp4mp ? 'BGP4MP' : cursor.type === mrtType.bgp ? 'BGP' : 'BGP4MP_ET';
    this.#onLine(`${format}|${timeOf(cursor)}|STATE|${peerColumns(cursor)}${oldState}|${newState}`);
  }

  refuse(cursor: MrtCursor, reason: RefusalReason): void {
    this.#onRefuse?.(cursor, reason);
  }

  #withdraw(cursor: MrtCursor, prefix: string, pathId: number): void {
    const id = cursor.hasPathIds ? `|${pathId}` : '';
    this.#onLine(`${this.#head}W|${this.#peer}${prefix}${id}`);
  }

  #announce(cursor: MrtCursor, prefix: string, pathId: number, prefersMpNextHop: boolean): void {
    this.#beforeNextHop ??= this.#renderAttributes(cursor);
    const { attributes } = cursor;
    const nextHop = (prefersMpNextHop ? mpNextHopColumn(attributes) : undefined) ?? nextHopColumn(attributes);
    const id = cursor.hasPathIds ? `|${pathId}` : '';
    const kind = cursor.isRib ? 'B' : 'A';
    const route = `${prefix}${id}|${this.#beforeNextHop}${nextHop}${this.#afterNextHop}`;
    this.#onLine(`${this.#head}${kind}|${this.#peer}${route}`);
  }

  #renderAttributes(cursor: MrtCursor): string {
    const { attributes } = cursor;
    const aggregate = attributes.has(attributeType.atomicAggregate) ? 'AG' : 'NAG';
    const preferences = `${localPrefOf(attributes)}|${multiExitDiscOf(attributes)}`;
    const communities = communitiesColumn(attributes);
    // Of the deprecated type bgpdump leaves out the bar before communities, and their column where there are none.
    const bar = cursor.type === mrtType.bgp && communities !== '' ? '' : '|';
    const columns =
      cursor.type === mrtType.bgp && communities === '' ? aggregate : `${communities}|${aggregate}`;
    this.#afterNextHop = `|${preferences}${bar}${columns}|${aggregatorColumn(attributes)}|`;
    return `${bgpdumpPath(this.#words, cursor.readPath(this.#words))}|${originColumn(attributes)}|`;
  }
}

/** Subtypes of BGP4MP in which the collector is the sender (RFC 6396 4.4.5, RFC 8050 3). */
const localSubtypes = [6, 7, 10, 11];

function formatOf(cursor: MrtCursor): string {
  const pathIds = cursor.hasPathIds ? '_AP' : '';
  switch (cursor.type) {
    case mrtType.bgp:
      return 'BGP';
    case mrtType.tableDump:
      return 'TABLE_DUMP';
    case mrtType.tableDumpV2:
      return `TABLE_DUMP2${pathIds}`;
    default: {
      const extended = cursor.type === mrtType.bgp4mpEt ? '_ET' : '';
      const local = localSubtypes.includes(cursor.subtype) ? '_LOCAL' : '';
      return `BGP4MP${extended}${local}${pathIds}`;
    }
  }
}

const timeOf = (cursor: MrtCursor): string =>
  cursor.type === mrtType.bgp4mpEt
    ? `${cursor.second}.${String(cursor.microsecond).padStart(6, '0')}`
    : String(cursor.second);

function peerColumns(cursor: MrtCursor): string {
  const { peerAddress0, peerAddress1, peerAddress2, peerAddress3 } = cursor;
  const address = cursor.peerIsIpv6
    ? bgpdumpIpv6(peerAddress0, peerAddress1, peerAddress2, peerAddress3)
    : formatIpv4(peerAddress0);
  return `${address}|${cursor.peerAs}|`;
}
