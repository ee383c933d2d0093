import {
  type ChangeColumns,
  type FamilyReport,
  type PeerReport,
  peerCounts,
  peerStates,
  type RouteChanges,
  type SourceChanges,
} from '../contract/route-changes.ts';
import type { StateReader, StateWriter } from '../state.ts';

/** What route-trackers have sent of minutes that cannot be evaluated yet, as state. */
export function saveChanges(writer: StateWriter, changes: RouteChanges): void {
  writer.u32(changes.tracker);
  writer.u32(changes.trackerPartitions);
  writer.u32(changes.eventMinute);
  writer.list(changes.sources, (source) => {
    writer.text(source.source);
    writer.u8(source.seed ? 1 : 0);
    writer.list(source.peers, (report) => saveReport(writer, report));
    writer.array(source.pathWords);
    writer.array(source.pathEnds);
    saveColumns(writer, source.ipv4, 1);
    saveColumns(writer, source.ipv6, 4);
  });
}

export function loadChanges(reader: StateReader): RouteChanges {
  return {
    tracker: reader.u32(),
    trackerPartitions: reader.u32(),
    eventMinute: reader.u32(),
    sources: reader.list(() => loadSource(reader)),
  };
}

function loadSource(reader: StateReader): SourceChanges {
  return {
    source: reader.text(),
    seed: reader.u8() === 1,
    peers: reader.list(() => loadReport(reader)),
    pathWords: reader.u32Array(),
    pathEnds: reader.u32Array(),
    ipv4: loadColumns(reader),
    ipv6: loadColumns(reader),
  };
}

function saveReport(writer: StateWriter, report: PeerReport): void {
  writer.text(report.address);
  writer.u32(report.asn);
  writer.u8(peerStates.indexOf(report.state));
  writer.u32(report.stateSinceMinute);
  saveFamily(writer, report.ipv4);
  saveFamily(writer, report.ipv6);
  for (const name of peerCounts) writer.u32(report[name]);
}

function loadReport(reader: StateReader): PeerReport {
  return {
    address: reader.text(),
    asn: reader.u32(),
    state: peerStates[reader.u8()],
    stateSinceMinute: reader.u32(),
    ipv4: loadFamily(reader),
    ipv6: loadFamily(reader),
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

function saveFamily(writer: StateWriter, { routes, refreshed, complete, named }: FamilyReport): void {
  writer.u32(routes);
  writer.u32(refreshed);
  writer.u8(complete ? 1 : 0);
  writer.u32(named);
}

function loadFamily(reader: StateReader): FamilyReport {
  return {
    routes: reader.u32(),
    refreshed: reader.u32(),
    complete: reader.u8() === 1,
    named: reader.u32(),
  };
}

/** Arrays may be longer than the columns they hold. */
function saveColumns(writer: StateWriter, columns: ChangeColumns, addressWords: 1 | 4): void {
  const { count } = columns;
  writer.u32(count);
  writer.array(columns.second.subarray(0, count));
  writer.array(columns.peer.subarray(0, count));
  writer.array(columns.address.subarray(0, count * addressWords));
  writer.array(columns.length.subarray(0, count));
  writer.array(columns.before.subarray(0, count));
  writer.array(columns.after.subarray(0, count));
}

function loadColumns(reader: StateReader): ChangeColumns {
  return {
    count: reader.u32(),
    second: reader.u8Array(),
    peer: reader.u16Array(),
    address: reader.u32Array(),
    length: reader.u8Array(),
    before: reader.u32Array(),
    after: reader.u32Array(),
  };
}
