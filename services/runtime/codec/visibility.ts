import type { PeerCounts, Visibility } from '#core/contract/as-scores.ts';
import {
  readMessage,
  readUints,
  type Writable,
  writeBool,
  writeMessage,
  writeTexts,
  writeUint,
  writeUints,
} from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

/** Message Visibility of as.scores. */
export function writeVisibility(writer: WireWriter, value: Visibility): void {
  writeUint(writer, 1, value.expected);
  writeUint(writer, 2, value.visible);
  writeUint(writer, 3, value.lost);
  writeUint(writer, 4, value.covered);
  writeBool(writer, 5, value.wholeTable);
  writeUint(writer, 6, value.firstLostSecond);
  writeUint(writer, 7, value.lastLostSecond);
  writeUint(writer, 8, value.lastReturnedSecond);
  writeUint(writer, 9, value.clusterSize);
  writeUint(writer, 10, value.clusterFirstSecond);
  writeTexts(writer, 11, value.lostPrefixes);
  writeUint(writer, 12, value.lostBlocks);
  writeUints(writer, 13, value.viaAses);
  writeUint(writer, 14, value.upstreamAs);
  for (const counts of value.lostBy) writeMessage(writer, 15, counts, writePeerCounts);
}

export const emptyVisibility = (): Writable<Visibility> => ({
  expected: 0,
  visible: 0,
  lost: 0,
  covered: 0,
  wholeTable: false,
  firstLostSecond: 0,
  lastLostSecond: 0,
  lastReturnedSecond: 0,
  clusterSize: 0,
  clusterFirstSecond: 0,
  lostPrefixes: [],
  lostBlocks: 0,
  viaAses: [],
  upstreamAs: 0,
  lostBy: [],
});

export function readVisibilityField(reader: WireReader, field: number, value: Writable<Visibility>): boolean {
  switch (field) {
    case 1:
      value.expected = reader.uint32();
      return true;
    case 2:
      value.visible = reader.uint32();
      return true;
    case 3:
      value.lost = reader.uint32();
      return true;
    case 4:
      value.covered = reader.uint32();
      return true;
    case 5:
      value.wholeTable = reader.bool();
      return true;
    case 6:
      value.firstLostSecond = reader.uint32();
      return true;
    case 7:
      value.lastLostSecond = reader.uint32();
      return true;
    case 8:
      value.lastReturnedSecond = reader.uint32();
      return true;
    case 9:
      value.clusterSize = reader.uint32();
      return true;
    case 10:
      value.clusterFirstSecond = reader.uint32();
      return true;
    case 11:
      (value.lostPrefixes as string[]).push(reader.string());
      return true;
    case 12:
      value.lostBlocks = reader.uint32();
      return true;
    case 13:
      readUints(reader, value.viaAses as number[]);
      return true;
    case 14:
      value.upstreamAs = reader.uint32();
      return true;
    case 15:
      (value.lostBy as PeerCounts[]).push(readMessage(reader, emptyPeerCounts(), readPeerCountsField));
      return true;
    default:
      return false;
  }
}

function writePeerCounts(writer: WireWriter, value: PeerCounts): void {
  writeUint(writer, 1, value.peers);
  writeUint(writer, 2, value.livePeers);
  writeUint(writer, 3, value.peerAses);
  writeUint(writer, 4, value.livePeerAses);
}

const emptyPeerCounts = (): Writable<PeerCounts> => ({
  peers: 0,
  livePeers: 0,
  peerAses: 0,
  livePeerAses: 0,
});

function readPeerCountsField(reader: WireReader, field: number, value: Writable<PeerCounts>): boolean {
  switch (field) {
    case 1:
      value.peers = reader.uint32();
      return true;
    case 2:
      value.livePeers = reader.uint32();
      return true;
    case 3:
      value.peerAses = reader.uint32();
      return true;
    case 4:
      value.livePeerAses = reader.uint32();
      return true;
    default:
      return false;
  }
}
