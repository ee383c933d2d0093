import {
  type ChangeColumns,
  type FamilyReport,
  type PeerReport,
  type PeerState,
  peerCounts,
  peerStates,
  type RouteChanges,
  type SourceChanges,
} from '#core/contract/route-changes.ts';
import { type BinaryMessage, binaryCodec, taskIndex } from './codec.ts';
import {
  EnumNames,
  readColumn16,
  readColumn32,
  readMessage,
  type Writable,
  writeBool,
  writeColumn,
  writeMessage,
  writeText,
  writeUint,
} from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

const none8 = new Uint8Array();
const none16 = new Uint16Array();
const none32 = new Uint32Array();
const stateNames = new EnumNames<PeerState>(peerStates);

interface Target {
  trackerPartitions: number;
  sources: SourceChanges[];
}

const message: BinaryMessage<RouteChanges, Target> = {
  schemaVersion: 1,
  write(writer, changes) {
    writeUint(writer, 2, changes.trackerPartitions);
    for (const source of changes.sources) writeMessage(writer, 3, source, writeSource);
  },
  empty: () => ({ trackerPartitions: 0, sources: [] }),
  readField(reader, field, target) {
    if (field === 2) target.trackerPartitions = reader.uint32();
    else if (field === 3) target.sources.push(readMessage(reader, emptySource(), readSourceField));
    else return false;
    return true;
  },
  finish: ({ trackerPartitions, sources }, { producer, eventMinute }) => ({
    tracker: taskIndex(producer),
    trackerPartitions,
    eventMinute,
    sources,
  }),
};

/** Topic route.changes. The columns that it decodes are views of the record where they lie aligned. */
export const routeChangesCodec = binaryCodec(message);

function writeSource(writer: WireWriter, source: SourceChanges): void {
  writeText(writer, 1, source.source);
  writeBool(writer, 2, source.seed);
  for (const peer of source.peers) writeMessage(writer, 3, peer, writePeer);
  writeColumn(writer, 4, source.pathWords);
  writeColumn(writer, 5, source.pathEnds);
  writeMessage(writer, 6, source.ipv4, writeColumns);
  writeMessage(writer, 7, source.ipv6, writeColumns);
}

const emptySource = () => ({
  source: '',
  seed: false,
  peers: [] as PeerReport[],
  pathWords: none32 as Uint32Array,
  pathEnds: none32 as Uint32Array,
  ipv4: emptyColumns(),
  ipv6: emptyColumns(),
});

function readSourceField(reader: WireReader, field: number, source: Writable<SourceChanges>): boolean {
  if (field === 1) source.source = reader.string();
  else if (field === 2) source.seed = reader.bool();
  else if (field === 3) (source.peers as PeerReport[]).push(readPeer(reader));
  else if (field === 4) source.pathWords = readColumn32(reader);
  else if (field === 5) source.pathEnds = readColumn32(reader);
  else if (field === 6) source.ipv4 = readMessage(reader, emptyColumns(), readColumnsField);
  else if (field === 7) source.ipv6 = readMessage(reader, emptyColumns(), readColumnsField);
  else return false;
  return true;
}

function writeColumns(writer: WireWriter, columns: ChangeColumns): void {
  writeUint(writer, 1, columns.count);
  writeColumn(writer, 2, columns.second);
  writeColumn(writer, 3, columns.peer);
  writeColumn(writer, 4, columns.address);
  writeColumn(writer, 5, columns.length);
  writeColumn(writer, 6, columns.before);
  writeColumn(writer, 7, columns.after);
}

const emptyColumns = (): Writable<ChangeColumns> => ({
  count: 0,
  second: none8,
  peer: none16,
  address: none32,
  length: none8,
  before: none32,
  after: none32,
});

function readColumnsField(reader: WireReader, field: number, columns: Writable<ChangeColumns>): boolean {
  if (field === 1) columns.count = reader.uint32();
  else if (field === 2) columns.second = reader.bytes();
  else if (field === 3) columns.peer = readColumn16(reader);
  else if (field === 4) columns.address = readColumn32(reader);
  else if (field === 5) columns.length = reader.bytes();
  else if (field === 6) columns.before = readColumn32(reader);
  else if (field === 7) columns.after = readColumn32(reader);
  else return false;
  return true;
}

/** Field number of the first of peerCounts. */
const firstPeerCount = 7;

function writePeer(writer: WireWriter, peer: PeerReport): void {
  writeText(writer, 1, peer.address);
  writeUint(writer, 2, peer.asn);
  writeUint(writer, 3, stateNames.number(peer.state));
  writeUint(writer, 4, peer.stateSinceMinute);
  writeMessage(writer, 5, peer.ipv4, writeFamily);
  writeMessage(writer, 6, peer.ipv6, writeFamily);
  for (let i = 0; i < peerCounts.length; i++) writeUint(writer, firstPeerCount + i, peer[peerCounts[i]!]);
}

function readPeer(reader: WireReader): PeerReport {
  const peer = {
    address: '',
    asn: 0,
    state: 'established' as PeerState,
    stateSinceMinute: 0,
    ipv4: emptyFamily(),
    ipv6: emptyFamily(),
    announcedNew: 0,
    aaDiff: 0,
    aaDup: 0,
    waDiff: 0,
    waDup: 0,
    withdrawn: 0,
    wwDup: 0,
    late: 0,
    drift: 0,
  };
  return readMessage<Writable<PeerReport>>(reader, peer, readPeerField);
}

function readPeerField(reader: WireReader, field: number, peer: Writable<PeerReport>): boolean {
  if (field === 1) peer.address = reader.string();
  else if (field === 2) peer.asn = reader.uint32();
  else if (field === 3) peer.state = stateNames.name(reader.uint32());
  else if (field === 4) peer.stateSinceMinute = reader.uint32();
  else if (field === 5) peer.ipv4 = readMessage(reader, emptyFamily(), readFamilyField);
  else if (field === 6) peer.ipv6 = readMessage(reader, emptyFamily(), readFamilyField);
  else return readPeerCount(reader, field, peer);
  return true;
}

/** Property by property: by names from a list it takes twice as long, and every minute has all peers. */
function readPeerCount(reader: WireReader, field: number, peer: Writable<PeerReport>): boolean {
  if (field === 7) peer.announcedNew = reader.uint32();
  else if (field === 8) peer.aaDiff = reader.uint32();
  else if (field === 9) peer.aaDup = reader.uint32();
  else if (field === 10) peer.waDiff = reader.uint32();
  else if (field === 11) peer.waDup = reader.uint32();
  else if (field === 12) peer.withdrawn = reader.uint32();
  else if (field === 13) peer.wwDup = reader.uint32();
  else if (field === 14) peer.late = reader.uint32();
  else if (field === 15) peer.drift = reader.uint32();
  else return false;
  return true;
}

function writeFamily(writer: WireWriter, family: FamilyReport): void {
  writeUint(writer, 1, family.routes);
  writeUint(writer, 2, family.refreshed);
  writeBool(writer, 3, family.complete);
  writeUint(writer, 4, family.named);
}

const emptyFamily = (): Writable<FamilyReport> => ({ routes: 0, refreshed: 0, complete: false, named: 0 });

function readFamilyField(reader: WireReader, field: number, family: Writable<FamilyReport>): boolean {
  if (field === 1) family.routes = reader.uint32();
  else if (field === 2) family.refreshed = reader.uint32();
  else if (field === 3) family.complete = reader.bool();
  else if (field === 4) family.named = reader.uint32();
  else return false;
  return true;
}
