/**
 * The path attributes of an UPDATE or a table dump entry (RFC 4271 4.3):
 *   +-------+------+------------------------------------------+-------+
 *   | flags | type | length: 1 octet, 2 if flag 0x10 is set   | value |
 *   +-------+------+------------------------------------------+-------+
 * One pass checks each (RFC 7606) and notes where the known ones lie; nothing is copied.
 */
import {
  isAsPath,
  isOneSequence,
  maxPathWords,
  originOfPath,
  originOfWords,
  writePathWords,
} from './as-path.ts';
import { asTrans, writeMergedPath } from './as4-path.ts';
import {
  type AttributeType,
  attributeType,
  carriesRoutes,
  extendedLength,
  flagsOfType,
  optionalFlag,
  transitiveFlag,
} from './attribute-type.ts';
import { type MessageRefusal, malformedOutcome, type Outcome, outcomes } from './error-handling.ts';
import { isMpReachNlri, isTableDumpMpReachNlri } from './mp-reach-nlri.ts';
import { isMpUnreachNlri } from './mp-unreach-nlri.ts';
import { u16 } from './octets.ts';
import { isWellFormed } from './well-formed.ts';

/** The Optional and Transitive flags, which each known type has fixed values of. */
const kindFlags = optionalFlag | transitiveFlag;

/** Where a merged path is written to find its origin; only ever made where an AS4_PATH is met. */
let mergedWords: Uint32Array | undefined;
const requiredOfAll = (1 << attributeType.origin) | (1 << attributeType.asPath);
const requiredOfNlri = requiredOfAll | (1 << attributeType.nextHop);

/** Flags 0x40, type, length and value of ORIGIN IGP; flags and type of AS_PATH; flags, type and length of NEXT_HOP. */
const usualOrigin = 0x40010100;
const usualAsPath = 0x4002;
const usualNextHop = 0x400304;

const headBytesAt = (bytes: Uint8Array, at: number): number => ((bytes[at]! & extendedLength) === 0 ? 3 : 4);
const attributeEnd = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! & extendedLength) === 0 ? at + 3 + bytes[at + 2]! : at + 4 + u16(bytes, at + 2);

export class PathAttributes {
  bytes: Uint8Array = new Uint8Array(0);
  /** Of the same bytes: integers are read through it, which checks bounds once for each and not for each octet. */
  view: DataView = new DataView(this.bytes.buffer);
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
  /** Of AS_PATH, the one that everybody asks for; others are looked up when asked for. */
  #pathStart = 0;
  #pathEnd = 0;
  /** Read when first asked for; as a signed number, which a field holds without a box. */
  #isOriginRead = false;
  #origin = 0;
  /** True where the path is known to be one AS_SEQUENCE, so that its origin is its end. */
  #isOneSequence = false;
  #listStart = 0;

  /** What follows lies in these bytes. */
  beginBytes(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The strongest outcome of what read() and requireMandatory() found (RFC 7606 3 h). */
  get outcome(): Outcome {
    return outcomes[this.#severity]!;
  }

  has(type: AttributeType): boolean {
    return (this.#present & (1 << type)) !== 0;
  }

  /** Offset of the value's first octet; -1 where the attribute is absent or discarded. */
  start(type: AttributeType): number {
    if (!this.has(type)) return -1;
    if (type === attributeType.asPath) return this.#pathStart;
    const at = this.#find(type);
    return at + headBytesAt(this.bytes, at);
  }

  /** Offset of the octet after the value's last; -1 where the attribute is absent or discarded. */
  end(type: AttributeType): number {
    if (!this.has(type)) return -1;
    return type === attributeType.asPath ? this.#pathEnd : attributeEnd(this.bytes, this.#find(type));
  }

  /** Where the first attribute of the type begins, which is there. */
  #find(type: AttributeType): number {
    let at = this.#listStart;
    while (this.bytes[at + 1] !== type) at = attributeEnd(this.bytes, at);
    return at;
  }

  /** Reads the attributes in [start, end) of `bytes`. Of a list that is cut, what came before the cut stays known (RFC 7606 4). */
  read(start: number, end: number): void {
    const { bytes, view, asnBytes, isExternal } = this;
    this.#severity = 0;
    this.malformedType = 0;
    this.#isOriginRead = false;
    this.#listStart = start;
    this.#isOneSequence = false;
    let at = this.#readUsualFront(start, end);
    let seen = at > start ? requiredOfNlri : 0;
    let present = seen;
    while (at < end) {
      const flags = bytes[at]!;
      const valueStart = at + ((flags & extendedLength) === 0 ? 3 : 4);
      if (valueStart > end) break;
      const type = bytes[at + 1]!;
      at = valueStart + ((flags & extendedLength) === 0 ? bytes[at + 2]! : view.getUint16(at + 2));
      if (at > end) break;
      const rightFlags = flagsOfType[type]!;
      if (rightFlags === 0) continue;
      const bit = 1 << type;
      const isFirst = (seen & bit) === 0;
      seen |= bit;
      if (isFirst && (flags & kindFlags) === rightFlags) {
        if (isWellFormed(bytes, type, valueStart, at, asnBytes, isExternal)) {
          present |= bit;
          if (type === attributeType.asPath) {
            this.#pathStart = valueStart;
            this.#pathEnd = at;
          }
          continue;
        }
      }
      if (this.#isUsable(type, flags, valueStart, at, isFirst)) present |= bit;
    }
    this.#present = present;
    if (at !== end) this.#malformed(0, 'treatAsWithdraw');
  }

  /**
   * Nearly every list begins with ORIGIN, AS_PATH and NEXT_HOP, well-formed and with one octet for
   * the length. Where this one does they are read at once, without the loop; returns where the rest begins.
   */
  #readUsualFront(start: number, end: number): number {
    const { bytes, view } = this;
    const pathStart = start + 7;
    if (pathStart > end) return start;
    const origin = view.getInt32(start);
    if (origin < usualOrigin || origin > usualOrigin + 2 || view.getInt16(start + 4) !== usualAsPath)
      return start;
    const pathEnd = pathStart + bytes[start + 6]!;
    if (pathEnd + 7 > end) return start;
    const isSequence = isOneSequence(bytes, pathStart, pathEnd, this.asnBytes);
    if (!isSequence && !isAsPath(bytes, pathStart, pathEnd, this.asnBytes)) return start;
    if (view.getInt32(pathEnd) >> 8 !== usualNextHop) return start;
    this.#isOneSequence = isSequence;
    this.#pathStart = pathStart;
    this.#pathEnd = pathEnd;
    return pathEnd + 7;
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
    const { bytes } = this;
    if (this.hasAs4Path()) {
      const start4 = this.start(attributeType.as4Path);
      const end4 = this.end(attributeType.as4Path);
      const words = writeMergedPath(bytes, this.#pathStart, this.#pathEnd, start4, end4, into);
      if (words > 0) return words;
    }
    return writePathWords(bytes, this.#pathStart, this.#pathEnd, this.asnBytes, into);
  }

  /** See MrtCursor.originAs. */
  originAs(): number {
    if (!this.#isOriginRead) this.#readOrigin();
    return this.#origin >>> 0;
  }

  #readOrigin(): void {
    let origin = 0;
    if (this.hasAs4Path()) {
      mergedWords ??= new Uint32Array(maxPathWords);
      origin = originOfWords(mergedWords, this.readPath(mergedWords));
    } else if (this.#isOneSequence) {
      const { view } = this;
      origin = this.asnBytes === 2 ? view.getUint16(this.#pathEnd - 2) : view.getInt32(this.#pathEnd - 4);
    } else if (this.has(attributeType.asPath)) {
      origin = originOfPath(this.bytes, this.#pathStart, this.#pathEnd, this.asnBytes);
    }
    this.#origin = origin | 0;
    this.#isOriginRead = true;
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
