import { walkBgp } from './bgp.ts';
import { walkBgp4mp } from './bgp4mp.ts';
import { RecordCursor } from './cursor.ts';
import { headerBytes, mrtType } from './record.ts';
import { walkTableDump } from './table-dump.ts';
import { TableDumpV2 } from './table-dump-v2.ts';
import type { MrtVisitor, RefusalReason } from './visitor.ts';

/**
 * Walks MRT records (RFC 6396) that lie back to back, and calls a visitor for what is in
 * them. Allocates nothing for a record, except for a PEER_INDEX_TABLE, which it keeps for
 * the RIB records after it: one walker reads one stream.
 */
export class MrtWalker {
  readonly #visitor: MrtVisitor;
  readonly #cursor = new RecordCursor();
  readonly #tableDumpV2 = new TableDumpV2();

  constructor(visitor: MrtVisitor) {
    this.#visitor = visitor;
  }

  /**
   * Walks the whole records in [from, to) and returns the offset of the first that is not
   * whole: call again with it when more bytes have come. Never throws, whatever the bytes are.
   */
  walk(bytes: Uint8Array, from: number = 0, to: number = bytes.length): number {
    const cursor = this.#cursor;
    const visitor = this.#visitor;
    cursor.beginBytes(bytes);
    const view = cursor.view;
    let at = from;
    while (at + headerBytes <= to) {
      // Signed: a length of 2^31 or more, which nothing has, is seen below as negative.
      const length = view.getInt32(at + 8);
      const end = at + headerBytes + length;
      if (length < 0 || end > to) break;
      const type = view.getUint16(at + 4);
      cursor.beginRecord(at, end, type, view.getUint16(at + 6));
      const refusal = type === mrtType.bgp4mp ? walkBgp4mp(cursor, visitor) : this.#walkOther(type);
      if (refusal !== undefined) visitor.refuse(cursor, refusal);
      at = end;
    }
    return at;
  }

  #walkOther(type: number): RefusalReason | undefined {
    switch (type) {
      case mrtType.bgp4mpEt:
        return walkBgp4mp(this.#cursor, this.#visitor);
      case mrtType.tableDumpV2:
        return this.#tableDumpV2.walk(this.#cursor, this.#visitor);
      case mrtType.tableDump:
        return walkTableDump(this.#cursor, this.#visitor);
      case mrtType.bgp:
        return walkBgp(this.#cursor, this.#visitor);
      default:
        return 'type';
    }
  }
}
