/**
 * The path attributes of an UPDATE or a table dump entry (RFC 4271 4.3):
 *   +-------+------+------------------------------------------+-------+
 *   | flags | type | length: 1 octet, 2 if flag 0x10 is set   | value |
 *   +-------+------+------------------------------------------+-------+
 * One pass checks each (RFC 7606) and notes where the known ones lie; nothing is copied.
 */
import { checkAggregator } from './aggregator.ts';
import { isAsPath, originOfPath, writePathWords } from './as-path.ts';
import { checkAs4Aggregator } from './as4-aggregator.ts';
import { asTrans, checkAs4Path, writeMergedPath } from './as4-path.ts';
import { checkAtomicAggregate } from './atomic-aggregate.ts';
import { checkClusterList } from './cluster-list.ts';
import { checkCommunities } from './communities.ts';
import { type MessageRefusal, type Outcome, stronger } from './error-handling.ts';
import { checkExtendedCommunities } from './extended-communities.ts';
import { checkLargeCommunities } from './large-communities.ts';
import { checkLocalPref } from './local-pref.ts';
import { isMpReachNlri, isTableDumpMpReachNlri } from './mp-reach-nlri.ts';
import { isMpUnreachNlri } from './mp-unreach-nlri.ts';
import { checkMultiExitDisc } from './multi-exit-disc.ts';
import { checkNextHop } from './next-hop.ts';
import { u16 } from './octets.ts';
import { checkOrigin } from './origin.ts';
import { checkOriginatorId } from './originator-id.ts';

export const attributeType = {
  origin: 1,
  asPath: 2,
  nextHop: 3,
  multiExitDisc: 4,
  localPref: 5,
  atomicAggregate: 6,
  aggregator: 7,
  communities: 8,
  originatorId: 9,
  clusterList: 10,
  mpReachNlri: 14,
  mpUnreachNlri: 15,
  extendedCommunities: 16,
  as4Path: 17,
  as4Aggregator: 18,
  largeCommunities: 32,
} as const;
export type AttributeType = (typeof attributeType)[keyof typeof attributeType];

const extendedLength = 0x10;
/** The Optional and Transitive flags, which each known type has fixed values of. */
const kindFlags = 0xc0;
const wellKnown = 0x40;
const optional = 0x80;
const optionalTransitive = 0xc0;

const highestType = 32;
/** Fixed flags by type; 0 where the type is not known here. */
const flagsOfType = new Uint8Array(256);
for (const type of [1, 2, 3, 5, 6]) flagsOfType[type] = wellKnown;
for (const type of [4, 9, 10, 14, 15]) flagsOfType[type] = optional;
for (const type of [7, 8, 16, 17, 18, 32]) flagsOfType[type] = optionalTransitive;

/** Where a list of attributes stands decides how some of them are read. */
export type AttributeForm = 'update' | 'tableDump';

const carriesRoutes = (type: number): boolean =>
  type === attributeType.mpReachNlri || type === attributeType.mpUnreachNlri;

export class PathAttributes {
  bytes: Uint8Array = new Uint8Array(0);
  /** Octets of an AS number in AS_PATH and AGGREGATOR: 2 or 4. */
  asnBytes = 4;
  hasPathIds = false;
  /** True where the peer is known to be of another AS than the collector. */
  isExternal = true;
  form: AttributeForm = 'update';
  /** What the pass found: the strongest outcome, the attribute type that asked for it (0: the list itself), and for a session reset its name. */
  outcome: Outcome = 'accept';
  malformedType = 0;
  refusal: MessageRefusal = 'mpReachNlri';
  /** Bit (type mod 32) is set for an attribute that was found and accepted. */
  #present = 0;
  readonly #starts = new Int32Array(highestType + 1);
  readonly #ends = new Int32Array(highestType + 1);

  has(type: AttributeType): boolean {
    return (this.#present & (1 << type)) !== 0;
  }

  /** Offset of the value's first octet, and of the one after its last; -1 where the attribute is absent or discarded. */
  start(type: AttributeType): number {
    return this.has(type) ? this.#starts[type]! : -1;
  }

  end(type: AttributeType): number {
    return this.has(type) ? this.#ends[type]! : -1;
  }

  /** Reads the attributes in [start, end) of `bytes`. Of a list that is cut, what was found before the cut stays known (RFC 7606 4). */
  read(start: number, end: number): void {
    const bytes = this.bytes;
    this.outcome = 'accept';
    this.malformedType = 0;
    let seen = 0;
    let present = 0;
    let at = start;
    while (at < end) {
      const flags = bytes[at]!;
      const headBytes = (flags & extendedLength) === 0 ? 3 : 4;
      if (end - at < headBytes) {
        this.#malformed(0, 'treatAsWithdraw');
        break;
      }
      const type = bytes[at + 1]!;
      const valueStart = at + headBytes;
      at = valueStart + (headBytes === 3 ? bytes[valueStart - 1]! : u16(bytes, valueStart - 2));
      if (at > end) {
        this.#malformed(0, 'treatAsWithdraw');
        break;
      }
      const flagsExpected = flagsOfType[type]!;
      if (flagsExpected === 0) continue;
      const bit = 1 << type;
      if ((seen & bit) !== 0) {
        this.#duplicate(type);
        continue;
      }
      seen |= bit;
      const outcome = this.#check(type, valueStart, at);
      if (outcome !== 'accept') this.#malformed(type, outcome);
      if ((flags & kindFlags) !== flagsExpected) {
        this.#malformed(type, 'treatAsWithdraw');
        // The routes of an MP attribute with wrong flags are known: they count as withdrawn.
        if (!carriesRoutes(type)) continue;
      }
      if (outcome !== 'accept') continue;
      present |= bit;
      this.#starts[type] = valueStart;
      this.#ends[type] = at;
    }
    this.#present = present;
  }

  /** Well-known mandatory attributes of a message that announces routes (RFC 7606 3 d). */
  require(type: AttributeType): void {
    if (!this.has(type) && this.outcome !== 'sessionReset') this.#malformed(type, 'treatAsWithdraw');
  }

  /** The path in force as words; see MrtCursor.readPath. */
  readPath(into: Uint32Array): number {
    if (!this.has(attributeType.asPath)) return 0;
    const start = this.#starts[attributeType.asPath]!;
    const end = this.#ends[attributeType.asPath]!;
    if (this.hasAs4Path()) {
      const start4 = this.#starts[attributeType.as4Path]!;
      const words = writeMergedPath(this.bytes, start, end, start4, this.#ends[attributeType.as4Path]!, into);
      if (words > 0) return words;
    }
    return writePathWords(this.bytes, start, end, this.asnBytes, into);
  }

  /** The origin of AS_PATH alone. */
  originOfAsPath(): number {
    if (!this.has(attributeType.asPath)) return 0;
    return originOfPath(
      this.bytes,
      this.#starts[attributeType.asPath]!,
      this.#ends[attributeType.asPath]!,
      this.asnBytes,
    );
  }

  /**
   * True where an AS4_PATH is to be merged: not where AGGREGATOR shows that a speaker which
   * knows only two octets has aggregated since (RFC 6793 4.2.3).
   */
  hasAs4Path(): boolean {
    if (!this.has(attributeType.as4Path)) return false;
    return !(
      this.has(attributeType.aggregator) &&
      this.has(attributeType.as4Aggregator) &&
      !this.isAggregatedByTrans()
    );
  }

  /** True where AGGREGATOR names AS_TRANS, so that AS4_AGGREGATOR says who it was. */
  isAggregatedByTrans(): boolean {
    return (
      this.has(attributeType.aggregator) &&
      u16(this.bytes, this.#starts[attributeType.aggregator]!) === asTrans
    );
  }

  #check(type: number, start: number, end: number): Outcome {
    const bytes = this.bytes;
    switch (type) {
      case attributeType.origin:
        return checkOrigin(bytes, start, end);
      case attributeType.asPath:
        return isAsPath(bytes, start, end, this.asnBytes) ? 'accept' : 'treatAsWithdraw';
      case attributeType.nextHop:
        return checkNextHop(start, end);
      case attributeType.multiExitDisc:
        return checkMultiExitDisc(start, end);
      case attributeType.localPref:
        return checkLocalPref(start, end, this.isExternal);
      case attributeType.atomicAggregate:
        return checkAtomicAggregate(start, end);
      case attributeType.aggregator:
        return checkAggregator(start, end, this.asnBytes);
      case attributeType.communities:
        return checkCommunities(start, end);
      default:
        return this.#checkRarer(type, start, end);
    }
  }

  #checkRarer(type: number, start: number, end: number): Outcome {
    const bytes = this.bytes;
    switch (type) {
      case attributeType.originatorId:
        return checkOriginatorId(start, end, this.isExternal);
      case attributeType.clusterList:
        return checkClusterList(start, end, this.isExternal);
      case attributeType.mpReachNlri:
        if (this.form === 'tableDump') {
          return isTableDumpMpReachNlri(bytes, start, end) ? 'accept' : 'treatAsWithdraw';
        }
        return isMpReachNlri(bytes, start, end, this.hasPathIds) ? 'accept' : 'sessionReset';
      case attributeType.mpUnreachNlri:
        // A table dump entry has nothing to withdraw.
        if (this.form === 'tableDump') return 'attributeDiscard';
        return isMpUnreachNlri(bytes, start, end, this.hasPathIds) ? 'accept' : 'sessionReset';
      case attributeType.extendedCommunities:
        return checkExtendedCommunities(start, end);
      case attributeType.as4Path:
        return checkAs4Path(bytes, start, end, this.asnBytes);
      case attributeType.as4Aggregator:
        return checkAs4Aggregator(start, end, this.asnBytes);
      default:
        return checkLargeCommunities(start, end);
    }
  }

  /** A second one is discarded, except of the two that carry routes (RFC 7606 3 g). */
  #duplicate(type: number): void {
    if (!carriesRoutes(type)) this.#malformed(type, 'attributeDiscard');
    else if (this.form === 'tableDump') this.#malformed(type, 'treatAsWithdraw');
    else {
      this.#malformed(type, 'sessionReset');
      this.refusal = 'duplicateMpAttribute';
    }
  }

  #malformed(type: number, outcome: Outcome): void {
    const strongest = stronger(this.outcome, outcome);
    if (strongest === this.outcome) return;
    this.outcome = strongest;
    this.malformedType = type;
    if (outcome === 'sessionReset') {
      this.refusal = type === attributeType.mpReachNlri ? 'mpReachNlri' : 'mpUnreachNlri';
    }
  }
}
