/** Every BMP capture of the data folder against NetGauze's decode of it, message by message. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { addPathFamilies, type Open, receivesPaths, sendsPaths } from '#core/bgp/open.ts';
import { UpdateScan } from '#core/bgp/update-scan.ts';
import type { PeerDown } from '#core/bmp/peer-down.ts';
import type { PeerUp } from '#core/bmp/peer-up.ts';
import { negotiatedAddPath } from '#core/bmp/peer-up.ts';
import type { PerPeerHeader } from '#core/bmp/per-peer-header.ts';
import type { RouteMonitoring } from '#core/bmp/route-monitoring.ts';
import { BmpSession } from '#core/bmp/session.ts';
import type { Statistic } from '#core/bmp/statistics-report.ts';
import type { BmpVisitor } from '#core/bmp/visitor.ts';
import { BmpWalker } from '#core/bmp/walk.ts';
import { Bgp4mpWriter } from '#core/mrt/bgp4mp-writer.ts';
import { formatIpv4, formatIpv6 } from '#core/prefix.ts';
import { dataFolder, noData } from '../decode/mrt-files.ts';
import { messagesOf } from './capture.ts';
import { linesOfUpdate, type OpenJson, openText, type PeerHeaderJson, type UpdateJson } from './netgauze.ts';
import { RouteLines } from './routes.ts';

const captures = [
  'bmp.evpn.evpn',
  'bmp.path-status.ipv4_unicast_path_marking',
  'bmp.peers-with-different-caps.example',
  'bmp.stateless-with-add-path.ipv4_unicast_all',
  'bmp.unreachable-prefix-announcement.upa',
  'bmp.vpnv4-stateless-with-withdraw.vpnv4-stateless-with-withdraw',
];

const pathOf = (name: string) => join(dataFolder!, 'bmp', `NetGauze_NetGauze__${name}`);
const bmpMessages = (capture: string) =>
  messagesOf(readFileSync(pathOf(`${capture}.pcap`)), 6, (header) => header.readUInt32BE(1));
const references = (capture: string): Reference[] =>
  readFileSync(pathOf(`${capture}-bmp.json`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object.values(JSON.parse(line) as Record<string, Reference>)[0]!);

type Reference = Readonly<Record<string, Record<string, unknown> & { peer_header: PeerHeaderJson }>>;

for (const capture of captures) {
  test(`${capture}: each message says what its reference says`, { skip: noData }, () => {
    const ours = new Summaries();
    for (const { stream, message } of bmpMessages(capture)) ours.add(stream, message);
    const theirs = references(capture).map(referenceText);
    assert.deepEqual(ours.texts, theirs);
  });

  test(`${capture}: the records of the peers that are read have the routes of the reference`, {
    skip: noData,
  }, () => {
    const sessions = new Map<string, BmpSession>();
    const refused: string[] = [];
    const all = references(capture);
    const read = new Map<string, boolean>();
    for (const [index, { stream, message, second }] of bmpMessages(capture).entries()) {
      const session =
        sessions.get(stream) ??
        new BmpSession({ collectorAs: 0, onRefused: (reason) => refused.push(reason) });
      sessions.set(stream, session);
      assert.equal(session.take(message, 0, message.length, second, 0), message.length);
      const { out } = session;
      const told = RouteLines.of(out.bytes.slice(0, out.length));
      out.length = 0;
      assert.deepEqual(told.refused, []);
      assert.deepEqual(
        told.lines.filter((line) => !line.startsWith('S')),
        expectedLines(stream, all[index]!, read),
      );
      for (const { type } of told.records) assert.equal(type, 17);
    }
    assert.deepEqual(refused, []);
  });
}

/** Routes of the Adj-RIB-In that a peer's session told first, and of Loc-RIBs; none of VPNs. */
function expectedLines(stream: string, reference: Reference, read: Map<string, boolean>): string[] {
  const [kind, body] = Object.entries(reference)[0]!;
  const header = body.peer_header;
  if (header === undefined) return [];
  const [type, flags] = Object.entries(header.peer_type)[0]!;
  if (flags.adj_rib_out || type === 'RdInstancePeer' || header.rd !== null) return [];
  const key = `${stream} ${type} ${header.address} ${header.peer_as}`;
  if (kind !== 'RouteMonitoring') {
    read.delete(key);
    return [];
  }
  const isPost = flags.post_policy === true;
  if (!read.has(key)) read.set(key, isPost);
  return read.get(key) === isPost ? linesOfUpdate(updateOf(body)) : [];
}

function updateOf(body: Record<string, unknown>): UpdateJson {
  const v4 = body.update_pdu as { value: { BgpUpdate: { Update: UpdateJson } } } | undefined;
  const v3 = body.update_message as { Update: UpdateJson } | undefined;
  return (v4?.value.BgpUpdate ?? v3!).Update;
}

/** A line for each message, of all that both sides say. */
class Summaries implements BmpVisitor {
  readonly texts: string[] = [];
  readonly #walker = new BmpWalker(this);
  readonly #writer = new Bgp4mpWriter();
  readonly #scan = new UpdateScan();
  readonly #addPath = new Map<string, number>();
  #stream = '';

  add(stream: string, message: Buffer): void {
    this.#stream = stream;
    assert.equal(this.#walker.walk(message), message.length);
  }

  initiation(): void {
    this.texts.push('Initiation');
  }

  termination(): void {
    this.texts.push('Termination');
  }

  routeMonitoring(peer: PerPeerHeader, routes: RouteMonitoring): void {
    const { updateStart: start, updateEnd: end, statelessAddPath } = routes;
    assert.ok(this.#scan.scan(peer.bytes, start, end));
    const negotiated = statelessAddPath >= 0 ? statelessAddPath : (this.#addPath.get(this.#key(peer)) ?? 0);
    const hasPathIds = (negotiated & this.#scan.families) !== 0;
    const ends = { peerAs: 1, localAs: 2, bytes: new Uint8Array(4), addressAt: 0, addressBytes: 4 };
    this.#writer.length = 0;
    this.#writer.copyMessage(0, 0, ends, peer.asnBytes, hasPathIds, peer.bytes, start, end);
    const { lines, refused } = RouteLines.of(this.#writer.bytes.slice(0, this.#writer.length));
    assert.deepEqual(refused, []);
    this.texts.push(`RouteMonitoring ${headerText(peer)} ${lines.join('; ')}`);
  }

  peerUp(peer: PerPeerHeader, up: PeerUp): void {
    this.#addPath.set(this.#key(peer), negotiatedAddPath(up));
    const { localPort, remotePort, sent, received } = up;
    const ports = peer.isLocRib ? 'null null' : `${localPort} ${remotePort}`;
    this.texts.push(
      `PeerUpNotification ${headerText(peer)} ${ports} ${ownOpenText(sent)} ${ownOpenText(received)} ${up.tlvs.length}`,
    );
  }

  peerDown(peer: PerPeerHeader, { reason }: PeerDown): void {
    this.texts.push(`PeerDownNotification ${headerText(peer)} ${reason}`);
  }

  statisticsReport(peer: PerPeerHeader, statistics: readonly Statistic[]): void {
    const values = statistics.map(({ type, value }) => `${type}=${value}`).join(' ');
    this.texts.push(`StatisticsReport ${headerText(peer)} ${values}`);
  }

  routeMirroring(): void {
    this.texts.push('RouteMirroring');
  }

  refuse(reason: string): void {
    this.texts.push(`refused ${reason}`);
  }

  #key(peer: PerPeerHeader): string {
    const { bytes, at } = peer;
    return `${this.#stream} ${peer.type} ${Buffer.from(bytes.subarray(at + 2, at + 30)).toString('hex')}`;
  }
}

const peerTypes = ['GlobalInstancePeer', 'RdInstancePeer', 'LocalInstancePeer', 'LocRibInstancePeer'];

function headerText(peer: PerPeerHeader): string {
  const view = new DataView(peer.bytes.buffer, peer.bytes.byteOffset);
  const word = (i: number) => view.getUint32(peer.addressAt + 4 * i);
  const address = peer.isIpv6 ? formatIpv6(word(0), word(1), word(2), word(3)) : formatIpv4(word(0));
  const flags = peer.isLocRib
    ? `filtered=${(peer.flags & 0x80) !== 0}`
    : `${peer.isIpv6} ${peer.isPostPolicy} ${peer.asnBytes === 2} ${peer.isAdjRibOut}`;
  const time = `${peer.second}.${String(peer.microsecond).padStart(6, '0')}`;
  const rd = peer.hasDistinguisher ? 'rd' : 'no rd';
  return `${peerTypes[peer.type]} ${flags} ${rd} ${peer.isLocRib ? null : address} AS${peer.asn} ${formatIpv4(peer.identifier)} ${time}`;
}

function referenceHeaderText({ peer_type, rd, address, peer_as, bgp_id, timestamp }: PeerHeaderJson): string {
  const [type, flags] = Object.entries(peer_type)[0]!;
  const text =
    'filtered' in flags
      ? `filtered=${flags.filtered}`
      : `${flags.ipv6} ${flags.post_policy} ${flags.asn2} ${flags.adj_rib_out}`;
  const [whole, fraction = ''] = (timestamp ?? '1970-01-01T00:00:00Z').replace('Z', '').split('.');
  const time = `${Date.parse(`${whole}Z`) / 1000}.${fraction.padEnd(6, '0')}`;
  return `${type} ${text} ${rd === null ? 'no rd' : 'rd'} ${address} AS${peer_as} ${bgp_id} ${time}`;
}

function referenceText(reference: Reference): string {
  const [kind, body] = Object.entries(reference)[0]!;
  if (kind === 'Initiation' || kind === 'Termination' || kind === 'RouteMirroring') return kind;
  const head = `${kind} ${referenceHeaderText(body.peer_header)}`;
  switch (kind) {
    case 'RouteMonitoring':
      return `${head} ${linesOfUpdate(updateOf(body)).join('; ')}`;
    case 'PeerUpNotification': {
      const open = (name: string) => openText((body[name] as { Open: OpenJson }).Open);
      const tlvs = (body.information as unknown[]).length;
      return `${head} ${body.local_port} ${body.remote_port} ${open('sent_message')} ${open('received_message')} ${tlvs}`;
    }
    case 'PeerDownNotification': {
      const name = typeof body.reason === 'string' ? body.reason : Object.keys(body.reason as object)[0]!;
      return `${head} ${downReasons[name]}`;
    }
    default: {
      const counters = body.counters as Record<string, number>[];
      const values = counters.map((counter) => Object.entries(counter)[0]!);
      return `${head} ${values.map(([name, value]) => `${counterTypes[name]}=${value}`).join(' ')}`;
    }
  }
}

const downReasons: Readonly<Record<string, number>> = {
  LocalSystemClosedNotificationPduFollows: 1,
  LocalSystemClosedFsmEventFollows: 2,
  RemoteSystemClosedNotificationPduFollows: 3,
  RemoteSystemClosedNoData: 4,
  PeerDeConfigured: 5,
  LocalSystemClosedTlvDataFollows: 6,
};

const counterTypes: Readonly<Record<string, number>> = {
  NumberOfDuplicatePrefixAdvertisements: 1,
  NumberOfDuplicateWithdraws: 2,
  NumberOfUpdatesInvalidatedDueToAsPathLoop: 4,
  NumberOfRoutesInAdjRibIn: 7,
  NumberOfRoutesInLocRib: 8,
};

const ownOpenText = (open: Open): string =>
  JSON.stringify({
    version: open.version,
    asn: open.asn,
    holdTimeSeconds: open.holdTimeSeconds,
    identifier: formatIpv4(open.identifier),
    capabilities: open.capabilities.length,
    sends: addPathFamilies(open, sendsPaths),
    receives: addPathFamilies(open, receivesPaths),
  });
