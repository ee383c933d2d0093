import { type ChangeColumns, type PeerReport, peerStates } from '../contract/route-changes.ts';
import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { BlockChanges } from './change-columns.ts';

/** What one source has to say of one minute: closed, and waiting until all open sources have closed it. */
export interface MinutePart {
  readonly minute: EventMinute;
  readonly peers: readonly PeerReport[];
  /** One a block partition, undefined where nothing changed; none at all if nothing changed anywhere. */
  readonly blocks: readonly (BlockChanges | undefined)[];
}

export function savePart(part: MinutePart, writer: StateWriter): void {
  writer.u32(part.minute);
  writer.list(part.peers, (peer) => savePeer(peer, writer));
  writer.list(part.blocks, (block) => {
    writer.u8(block === undefined ? 0 : 1);
    if (block === undefined) return;
    saveColumns(block.ipv4, writer);
    saveColumns(block.ipv6, writer);
    writer.array(block.pathWords);
    writer.array(block.pathEnds);
  });
}

export const loadPart = (reader: StateReader): MinutePart => ({
  minute: reader.u32(),
  peers: reader.list(() => loadPeer(reader)),
  blocks: reader.list(() => {
    if (reader.u8() === 0) return undefined;
    return {
      ipv4: loadColumns(reader),
      ipv6: loadColumns(reader),
      pathWords: reader.u32Array(),
      pathEnds: reader.u32Array(),
    };
  }),
});

function savePeer(peer: PeerReport, writer: StateWriter): void {
  writer.text(peer.address);
  writer.u32(peer.asn);
  writer.u8(peerStates.indexOf(peer.state));
  writer.u32(peer.stateSinceMinute);
  for (const family of [peer.ipv4, peer.ipv6]) {
    writer.u32(family.routes);
    writer.u32(family.refreshed);
    writer.u8(family.complete ? 1 : 0);
    writer.u32(family.named);
  }
  const { announcedNew, aaDiff, aaDup, waDiff, waDup, withdrawn, wwDup, late, drift } = peer;
  for (const count of [announcedNew, aaDiff, aaDup, waDiff, waDup, withdrawn, wwDup, late, drift])
    writer.u32(count);
}

function loadPeer(reader: StateReader): PeerReport {
  const family = () => ({
    routes: reader.u32(),
    refreshed: reader.u32(),
    complete: reader.u8() === 1,
    named: reader.u32(),
  });
  return {
    address: reader.text(),
    asn: reader.u32(),
    state: peerStates[reader.u8()],
    stateSinceMinute: reader.u32(),
    ipv4: family(),
    ipv6: family(),
    announcedNew: reader.u32(),
    aaDiff: reader.u32(),
    aaDup: reader.u32(),
    waDiff: reader.u32(),
    waDup: reader.u32(),
    withdrawn: reader.u32(),
    wwDup: reader.u32(),
    late: reader.u32(),
    drift: reader.u32(),
  };
}

function saveColumns(columns: ChangeColumns, writer: StateWriter): void {
  writer.array(columns.second);
  writer.array(columns.peer);
  writer.array(columns.address);
  writer.array(columns.length);
  writer.array(columns.before);
  writer.array(columns.after);
}

function loadColumns(reader: StateReader): ChangeColumns {
  const second = reader.u8Array();
  return {
    count: second.length,
    second,
    peer: reader.u16Array(),
    address: reader.u32Array(),
    length: reader.u8Array(),
    before: reader.u32Array(),
    after: reader.u32Array(),
  };
}
