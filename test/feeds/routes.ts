import type { MrtCursor, MrtVisitor, RefusalReason } from '#core/mrt/visitor.ts';
import { maxPathWords } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';
import { formatIpv4, formatIpv6 } from '#core/prefix.ts';

/** What MRT records say, one line for each route and state change: "A 10.0.0.0/16 65001 65002", "W 10.0.0.0/16", "S 5 6". */
export class RouteLines implements MrtVisitor {
  readonly lines: string[] = [];
  readonly refused: RefusalReason[] = [];
  /** Of each record: the peer, the time, the MRT type and subtype. */
  readonly records: { peer: string; time: string; type: number; subtype: number }[] = [];
  readonly #walker = new MrtWalker(this);
  readonly #words = new Uint32Array(maxPathWords);

  static of(bytes: Uint8Array): RouteLines {
    const lines = new RouteLines();
    const end = lines.#walker.walk(bytes);
    if (end !== bytes.length) throw new Error(`records end at ${end}, not ${bytes.length}`);
    return lines;
  }

  beginUpdate(cursor: MrtCursor): void {
    this.#record(cursor);
  }

  endUpdate(): void {}

  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.lines.push(`W ${formatIpv4(address)}/${length}${idText(cursor, pathId)}`);
  }

  withdrawIpv6(
    c: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    id: number,
  ): void {
    this.lines.push(`W ${formatIpv6(w0, w1, w2, w3)}/${length}${idText(c, id)}`);
  }

  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.lines.push(`A ${formatIpv4(address)}/${length}${idText(cursor, pathId)}${this.#path(cursor)}`);
  }

  announceIpv6(
    c: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    id: number,
  ): void {
    this.lines.push(`A ${formatIpv6(w0, w1, w2, w3)}/${length}${idText(c, id)}${this.#path(c)}`);
  }

  stateChange(cursor: MrtCursor, oldState: number, newState: number): void {
    this.#record(cursor);
    this.lines.push(`S ${oldState} ${newState}`);
  }

  refuse(_cursor: MrtCursor, reason: RefusalReason): void {
    this.refused.push(reason);
  }

  #record(cursor: MrtCursor): void {
    const { peerAddress0, peerAddress1, peerAddress2, peerAddress3 } = cursor;
    const address = cursor.peerIsIpv6
      ? formatIpv6(peerAddress0, peerAddress1, peerAddress2, peerAddress3)
      : formatIpv4(peerAddress0);
    this.records.push({
      peer: `${address} AS${cursor.peerAs}`,
      time: `${cursor.second}.${String(cursor.microsecond).padStart(6, '0')}`,
      type: cursor.type,
      subtype: cursor.subtype,
    });
  }

  /** " 65001 {65002,65003}": sets in braces. */
  #path(cursor: MrtCursor): string {
    const count = cursor.readPath(this.#words);
    let text = '';
    for (let at = 0; at < count; ) {
      const type = this.#words[at]! >>> 8;
      const numbers = [...this.#words.subarray(at + 1, at + 1 + (this.#words[at]! & 255))];
      text += type === 1 ? ` {${numbers.join(',')}}` : numbers.map((asn) => ` ${asn}`).join('');
      at += 1 + numbers.length;
    }
    return text;
  }
}

const idText = (cursor: MrtCursor, pathId: number): string => (cursor.hasPathIds ? ` #${pathId}` : '');
