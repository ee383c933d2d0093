import type {
  AsMinutes,
  Denominator,
  ExpectedDelta,
  PrefixEvent,
  PrefixEventKind,
} from '../contract/as-minutes.ts';
import type { StateReader, StateWriter } from '../state.ts';

/** Records that wait for other blocks, as part of a snapshot. */

const kinds: readonly PrefixEventKind[] = ['down', 'up', 'path', 'origin', 'uncovered', 'covered', 'recount'];

export function writeAsMinutes(writer: StateWriter, record: AsMinutes): void {
  writer.u32(record.block);
  writer.u32(record.blockPartitions);
  writer.u32(record.eventMinute);
  writer.list(record.events, (event) => writeEvent(writer, event));
  writer.list(record.expected, ({ originAs, ipv4, ipv6, heardIpv4, heardIpv6 }) => {
    writer.u32(originAs);
    for (const delta of [ipv4, ipv6, heardIpv4, heardIpv6]) writer.f64(delta);
  });
  writeDenominator(writer, record.ipv4);
  writeDenominator(writer, record.ipv6);
}

/** Members of a literal are evaluated, so read, in the order in which they stand. */
export const readAsMinutes = (reader: StateReader): AsMinutes => ({
  block: reader.u32(),
  blockPartitions: reader.u32(),
  eventMinute: reader.u32(),
  events: reader.list(() => readEvent(reader)),
  expected: reader.list(
    (): ExpectedDelta => ({
      originAs: reader.u32(),
      ipv4: reader.f64(),
      ipv6: reader.f64(),
      heardIpv4: reader.f64(),
      heardIpv6: reader.f64(),
    }),
  ),
  ipv4: readDenominator(reader),
  ipv6: readDenominator(reader),
});

function writeEvent(writer: StateWriter, event: PrefixEvent): void {
  writer.u8(kinds.indexOf(event.kind));
  writer.u32(event.originAs);
  writer.text(event.prefix);
  writer.u32(event.eventSecond);
  writer.u8(event.covered ? 1 : 0);
  writer.u8(event.expected ? 1 : 0);
  writer.u32(event.peers);
  writer.u32(event.livePeers);
  writer.u32(event.peerAses);
  writer.u32(event.livePeerAses);
  writer.array(Uint32Array.from(event.viaAses));
  writer.u32(event.newOriginAs);
  writer.u32(event.upstreamAs);
  writer.list(event.peersFor, (peer) => writer.text(peer));
  writer.list(event.peersAgainst, (peer) => writer.text(peer));
}

const readEvent = (reader: StateReader): PrefixEvent => ({
  kind: kinds[reader.u8()]!,
  originAs: reader.u32(),
  prefix: reader.text(),
  eventSecond: reader.u32(),
  covered: reader.u8() === 1,
  expected: reader.u8() === 1,
  peers: reader.u32(),
  livePeers: reader.u32(),
  peerAses: reader.u32(),
  livePeerAses: reader.u32(),
  viaAses: [...reader.u32Array()],
  newOriginAs: reader.u32(),
  upstreamAs: reader.u32(),
  peersFor: reader.list(() => reader.text()),
  peersAgainst: reader.list(() => reader.text()),
});

export function writeDenominator(writer: StateWriter, denominator: Denominator): void {
  writer.u32(denominator.livePeers);
  writer.u32(denominator.livePeerAses);
  writer.u32(denominator.collectors);
  writer.u32(denominator.maskedPeers);
  writer.u8(denominator.frozen ? 1 : 0);
  writer.u8(denominator.wholeTable ? 1 : 0);
}

export const readDenominator = (reader: StateReader): Denominator => ({
  livePeers: reader.u32(),
  livePeerAses: reader.u32(),
  collectors: reader.u32(),
  maskedPeers: reader.u32(),
  frozen: reader.u8() === 1,
  wholeTable: reader.u8() === 1,
});
