/**
 * The path attributes of an UPDATE or a table dump entry (RFC 4271 4.3):
 *   +-------+------+------------------------------------------+-------+
 *   | flags | type | length: 1 octet, 2 if flag 0x10 is set   | value |
 *   +-------+------+------------------------------------------+-------+
 * One pass checks each (RFC 7606) and notes where the known ones lie; nothing is copied.
 */
import { originOfPath, writePathWords } from './as-path.ts';
import { asTrans, writeMergedPath } from './as4-path.ts';
import {
  type AttributeType,
  attributeType,
  carriesRoutes,
  flagsOfType,
  highestType,
} from './attribute-type.ts';
import { type MessageRefusal, malformedOutcome, type Outcome, outcomes } from './error-handling.ts';
import { isMpReachNlri, isTableDumpMpReachNlri } from './mp-reach-nlri.ts';
import { isMpUnreachNlri } from './mp-unreach-nlri.ts';
import { u16 } from './octets.ts';
import { isWellFormed } from './well-formed.ts';

const extendedLength = 0x10;
/** The Optional and Transitive flags, which each known type has fixed values of. */
const kindFlags = 0xc0;

const originUnread = -1;
const requiredOfAll = (1 << attributeType.origin) | (1 << attributeType.asPath);
const requiredOfNlri = requiredOfAll | (1 << attributeType.nextHop);

export class PathAttributes {
  bytes: Uint8Array = new Uint8Array(0);
  /** Octets of an AS number in AS_PATH and AGGREGATOR: 2 or 4. */
  asnBytes = 4;
  hasPathIds = false;
  /** True where the peer is known to be of another AS than the collector. */
  isExternal = true;
  /** True for an entry of a table dump, whose prefix stands outside of its attributes. */
  isTableDump = false;
  /** The attribute type that asked for the outcome (0: the list itself), and the name of a session reset. */
  malformedType = 0;
  refusal: MessageRefusal = 'mpReachNlri';
  #severity = 0;
  /** Bit (type mod 32) is set for an attribute that was found and accepted. */
  #present = 0;
  readonly #starts = new Int32Array(highestType + 1);
  readonly #ends = new Int32Array(highestType + 1);
  /** Of the AS_PATH alone; read when first asked for. */
  #origin = originUnread;

  /** The strongest outcome of what read() and require() found (RFC 7606 3 h). */
  get outcome(): Outcome {
    return outcomes[this.#severity]!;
  }

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

  /** Reads the attributes in [start, end) of `bytes`. Of a list that is cut, what came before the cut stays known (RFC 7606 4). */
  read(start: number, end: number): void {
    const { bytes, asnBytes, isExternal } = this;
    const starts = this.#starts;
    const ends = this.#ends;
    this.#severity = 0;
    this.malformedType = 0;
    this.#origin = originUnread;
    let seen = 0;
    let present = 0;
    let at = start;
    while (at < end) {
      const flags = bytes[at]!;
      const valueStart = at + ((flags & extendedLength) === 0 ? 3 : 4);
      if (valueStart > end) break;
      const type = bytes[at + 1]!;
      at = valueStart + ((flags & extendedLength) === 0 ? bytes[at + 2]! : u16(bytes, at + 2));
      if (at > end) break;
      const flagsExpected = flagsOfType[type]!;
      if (flagsExpected === 0) continue;
      const bit = 1 << type;
      const isFirst = (seen & bit) === 0;
      seen |= bit;
      if (
        isFirst &&
        (flags & kindFlags) === flagsExpected &&
        isWellFormed(bytes, type, valueStart, at, asnBytes, isExternal)
      ) {
        present |= bit;
        starts[type] = valueStart;
        ends[type] = at;
      } else if (this.#isUsable(type, flags, valueStart, at, isFirst)) {
        present |= bit;
        starts[type] = valueStart;
        ends[type] = at;
      }
    }
    if (at !== end) this.#malformed(0, 'treatAsWithdraw');
    this.#present = present;
  }

  /**
   * Notes well-known mandatory attributes that are missing (RFC 7606 3 d): of every
   * announcement ORIGIN and AS_PATH, of one in the UPDATE's own NLRI also NEXT_HOP.
   */
  requireMandatory(hasNextHop: boolean): void {
    const required = hasNextHop ? requiredOfNlri : requiredOfAll;
    if ((this.#present & required) === required) return;
    if (!this.has(attributeType.origin)) this.#malformed(attributeType.origin, 'treatAsWithdraw');
    else if (!this.has(attributeType.asPath)) this.#malformed(attributeType.asPath, 'treatAsWithdraw');
    else this.#malformed(attributeType.nextHop, 'treatAsWithdraw');
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
    if (this.#origin === originUnread) {
      const start = this.start(attributeType.asPath);
      this.#origin =
        start < 0 ? 0 : originOfPath(this.bytes, start, this.#ends[attributeType.asPath]!, this.asnBytes);
    }
    return this.#origin;
  }

  /**
   * True where an AS4_PATH is to be merged: not where AGGREGATOR shows that a speaker which
   * knows only two octets has aggregated since (RFC 6793 4.2.3).
   */
  hasAs4Path(): boolean {
    if (!this.has(attributeType.as4Path)) return false;
    return !this.has(attributeType.as4Aggregator) || this.isAggregatedByTrans();
  }

  /** True unless an AGGREGATOR is there that names another AS than AS_TRANS, so that AS4_AGGREGATOR is void. */
  isAggregatedByTrans(): boolean {
    const start = this.start(attributeType.aggregator);
    return start < 0 || u16(this.bytes, start) === asTrans;
  }

  /** The slow path: an attribute that is a second one, has wrong flags, is malformed, or carries routes. */
  #isUsable(type: number, flags: number, start: number, end: number, isFirst: boolean): boolean {
    if (!isFirst) {
      // A second one is discarded, except of the two that carry routes (RFC 7606 3 g).
      if (carriesRoutes(type)) this.#loseRoutes(type, 'duplicateMpAttribute');
      else this.#malformed(type, 'attributeDiscard');
      return false;
    }
    const hasRightFlags = (flags & kindFlags) === flagsOfType[type];
    if (carriesRoutes(type)) {
      // With wrong flags its routes are still known: they count as withdrawn (RFC 7606 3 c).
      if (!hasRightFlags) this.#malformed(type, 'treatAsWithdraw');
      return this.#areRoutes(type, start, end);
    }
    this.#malformed(type, hasRightFlags ? malformedOutcome(type, this.isExternal) : 'treatAsWithdraw');
    return false;
  }

  #areRoutes(type: number, start: number, end: number): boolean {
    const isReach = type === attributeType.mpReachNlri;
    if (this.isTableDump) {
      // A table dump entry has nothing to withdraw.
      if (!isReach) return false;
      if (isTableDumpMpReachNlri(this.bytes, start, end)) return true;
    } else if (isReach) {
      if (isMpReachNlri(this.bytes, start, end, this.hasPathIds)) return true;
    } else if (isMpUnreachNlri(this.bytes, start, end, this.hasPathIds)) {
      return true;
    }
    this.#loseRoutes(type, isReach ? 'mpReachNlri' : 'mpUnreachNlri');
    return false;
  }

  /** The prefix of a table dump entry stands outside its attributes; that of an UPDATE is lost with them. */
  #loseRoutes(type: number, refusal: MessageRefusal): void {
    if (this.isTableDump) this.#malformed(type, 'treatAsWithdraw');
    else if (this.#malformed(type, 'sessionReset')) this.refusal = refusal;
  }

  /** True where the outcome is the strongest so far. */
  #malformed(type: number, outcome: Outcome): boolean {
    const severity = outcomes.indexOf(outcome);
    if (severity <= this.#severity) return false;
    this.#severity = severity;
    this.malformedType = type;
    return true;
  }
}
