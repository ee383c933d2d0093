import { attributeType } from '../bgp/attribute-type.ts';
import { u16, u32 } from '../bgp/octets.ts';
import { PathAttributes } from '../bgp/path-attributes.ts';
import { headerBytes, mrtType } from './record.ts';
import type { MrtCursor } from './visitor.ts';

/**
 * The walker's cursor: offsets of what was found. Every other value is read from the
 * bytes when it is asked for, so that a visitor pays only for what it uses.
 */
export class RecordCursor implements MrtCursor {
  bytes: Uint8Array = new Uint8Array(0);
  /** Of the same bytes. */
  view: DataView = new DataView(this.bytes.buffer);
  recordStart = 0;
  recordEnd = 0;
  type = 0;
  subtype = 0;
  isRib = false;
  safi = 1;
  isMultiprotocol = false;
  readonly attributes: PathAttributes = new PathAttributes();
  /** Where the peer is named: in the record, or in the last PEER_INDEX_TABLE. -1: not yet found. */
  #peerBytes: Uint8Array = this.bytes;
  #peerAsAt = -1;
  #peerAsnBytes = 2;
  #peerAddressAt = 0;
  #peerIsIpv6 = false;

  beginBytes(bytes: Uint8Array): void {
    if (bytes === this.bytes) return;
    this.attributes.beginBytes(bytes);
    this.bytes = bytes;
    this.view = this.attributes.view;
  }

  beginRecord(at: number, end: number, type: number, subtype: number): void {
    this.recordStart = at;
    this.recordEnd = end;
    this.type = type;
    this.subtype = subtype;
    this.#peerAsAt = -1;
  }

  setPeer(bytes: Uint8Array, asAt: number, asnBytes: number, addressAt: number, isIpv6: boolean): void {
    if (this.#peerBytes !== bytes) this.#peerBytes = bytes;
    this.#peerAsAt = asAt;
    this.#peerAsnBytes = asnBytes;
    this.#peerAddressAt = addressAt;
    this.#peerIsIpv6 = isIpv6;
  }

  get second(): number {
    return u32(this.bytes, this.recordStart);
  }

  get microsecond(): number {
    const has = this.type === mrtType.bgp4mpEt && this.recordEnd - this.recordStart >= headerBytes + 4;
    return has ? u32(this.bytes, this.recordStart + headerBytes) : 0;
  }

  get peerAs(): number {
    if (this.#peerAsAt < 0) return 0;
    return this.#peerAsnBytes === 2
      ? u16(this.#peerBytes, this.#peerAsAt)
      : u32(this.#peerBytes, this.#peerAsAt);
  }

  get peerIsIpv6(): boolean {
    return this.#peerAsAt >= 0 && this.#peerIsIpv6;
  }

  get peerAddress0(): number {
    return this.#peerAsAt < 0 ? 0 : u32(this.#peerBytes, this.#peerAddressAt);
  }

  get peerAddress1(): number {
    return this.peerIsIpv6 ? u32(this.#peerBytes, this.#peerAddressAt + 4) : 0;
  }

  get peerAddress2(): number {
    return this.peerIsIpv6 ? u32(this.#peerBytes, this.#peerAddressAt + 8) : 0;
  }

  get peerAddress3(): number {
    return this.peerIsIpv6 ? u32(this.#peerBytes, this.#peerAddressAt + 12) : 0;
  }

  get hasPathIds(): boolean {
    return this.attributes.hasPathIds;
  }

  get pathStart(): number {
    return this.attributes.hasAs4Path() ? -1 : this.attributes.start(attributeType.asPath);
  }

  get pathEnd(): number {
    return this.attributes.hasAs4Path() ? -1 : this.attributes.end(attributeType.asPath);
  }

  get asnBytes(): number {
    return this.attributes.asnBytes;
  }

  readPath(into: Uint32Array): number {
    return this.attributes.readPath(into);
  }

  originAs(): number {
    return this.attributes.originAs();
  }
}
