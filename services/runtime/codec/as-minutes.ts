import {
  type AsMinutes,
  type Denominator,
  type ExpectedDelta,
  noDenominator,
  type PrefixEvent,
  type PrefixEventKind,
  type TargetOrigin,
} from '#core/contract/as-minutes.ts';
import { readProbeMinute, writeProbeMinute } from './as-reach.ts';
import { type BinaryMessage, binaryCodec, taskIndex } from './codec.ts';
import {
  EnumNames,
  readMessage,
  readUints,
  type Writable,
  writeBool,
  writeMessage,
  writeSint,
  writeText,
  writeTexts,
  writeUint,
  writeUints,
} from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

const eventKinds = new EnumNames<PrefixEventKind>([
  'down',
  'up',
  'path',
  'origin',
  'uncovered',
  'covered',
  'recount',
]);

/** Its messages are there from the start, so that they are read into. */
type Target = Writable<Omit<AsMinutes, 'block' | 'eventMinute'>> & {
  readonly ipv4: Writable<Denominator>;
  readonly ipv6: Writable<Denominator>;
};

const message: BinaryMessage<AsMinutes, Target> = {
  schemaVersion: 1,
  write(writer, minutes) {
    writeUint(writer, 2, minutes.blockPartitions);
    for (const event of minutes.events) writeMessage(writer, 3, event, writePrefixEvent);
    for (const delta of minutes.expected) writeMessage(writer, 4, delta, writeExpectedDelta);
    writeMessage(writer, 5, minutes.ipv4, writeDenominator);
    writeMessage(writer, 6, minutes.ipv6, writeDenominator);
    if (minutes.probes !== undefined) writeMessage(writer, 7, minutes.probes, writeProbeMinute);
    for (const origin of minutes.targets ?? []) writeMessage(writer, 8, origin, writeTargetOrigin);
  },
  empty: () => ({
    blockPartitions: 0,
    events: [],
    expected: [],
    ipv4: emptyDenominator(),
    ipv6: emptyDenominator(),
  }),
  readField(reader, field, target) {
    switch (field) {
      case 2:
        target.blockPartitions = reader.uint32();
        return true;
      case 3:
        (target.events as PrefixEvent[]).push(readMessage(reader, emptyPrefixEvent(), readPrefixEventField));
        return true;
      case 4:
        (target.expected as ExpectedDelta[]).push(
          readMessage(reader, emptyExpectedDelta(), readExpectedDeltaField),
        );
        return true;
      case 5:
        readMessage(reader, target.ipv4, readDenominatorField);
        return true;
      case 6:
        readMessage(reader, target.ipv6, readDenominatorField);
        return true;
      case 7:
        target.probes = readProbeMinute(reader);
        return true;
      case 8:
        target.targets ??= [];
        (target.targets as TargetOrigin[]).push(readTargetOrigin(reader));
        return true;
      default:
        return false;
    }
  },
  finish: (target, { producer, eventMinute }) => ({ block: taskIndex(producer), eventMinute, ...target }),
};

/** Topic as.minutes. */
export const asMinutesCodec = binaryCodec(message);

function writePrefixEvent(writer: WireWriter, value: PrefixEvent): void {
  writeUint(writer, 1, eventKinds.number(value.kind));
  writeUint(writer, 2, value.originAs);
  writeText(writer, 3, value.prefix);
  writeUint(writer, 4, value.eventSecond);
  writeBool(writer, 5, value.covered);
  writeBool(writer, 6, value.expected);
  writeUint(writer, 7, value.peers);
  writeUint(writer, 8, value.livePeers);
  writeUint(writer, 9, value.peerAses);
  writeUint(writer, 10, value.livePeerAses);
  writeUints(writer, 11, value.viaAses);
  writeUint(writer, 12, value.newOriginAs);
  writeUint(writer, 13, value.upstreamAs);
  writeTexts(writer, 14, value.peersFor);
  writeTexts(writer, 15, value.peersAgainst);
}

const emptyPrefixEvent = (): Writable<PrefixEvent> => ({
  kind: 'down',
  originAs: 0,
  prefix: '',
  eventSecond: 0,
  covered: false,
  expected: false,
  peers: 0,
  livePeers: 0,
  peerAses: 0,
  livePeerAses: 0,
  viaAses: [],
  newOriginAs: 0,
  upstreamAs: 0,
  peersFor: [],
  peersAgainst: [],
});

function readPrefixEventField(reader: WireReader, field: number, value: Writable<PrefixEvent>): boolean {
  switch (field) {
    case 1:
      value.kind = eventKinds.name(reader.uint32());
      return true;
    case 2:
      value.originAs = reader.uint32();
      return true;
    case 3:
      value.prefix = reader.string();
      return true;
    case 4:
      value.eventSecond = reader.uint32();
      return true;
    case 5:
      value.covered = reader.bool();
      return true;
    case 6:
      value.expected = reader.bool();
      return true;
    case 7:
      value.peers = reader.uint32();
      return true;
    case 8:
      value.livePeers = reader.uint32();
      return true;
    case 9:
      value.peerAses = reader.uint32();
      return true;
    case 10:
      value.livePeerAses = reader.uint32();
      return true;
    case 11:
      readUints(reader, value.viaAses as number[]);
      return true;
    case 12:
      value.newOriginAs = reader.uint32();
      return true;
    case 13:
      value.upstreamAs = reader.uint32();
      return true;
    case 14:
      (value.peersFor as string[]).push(reader.string());
      return true;
    case 15:
      (value.peersAgainst as string[]).push(reader.string());
      return true;
    default:
      return false;
  }
}

function writeExpectedDelta(writer: WireWriter, value: ExpectedDelta): void {
  writeUint(writer, 1, value.originAs);
  writeSint(writer, 2, value.ipv4);
  writeSint(writer, 3, value.ipv6);
  writeSint(writer, 4, value.heardIpv4);
  writeSint(writer, 5, value.heardIpv6);
}

const emptyExpectedDelta = (): Writable<ExpectedDelta> => ({
  originAs: 0,
  ipv4: 0,
  ipv6: 0,
  heardIpv4: 0,
  heardIpv6: 0,
});

function readExpectedDeltaField(reader: WireReader, field: number, value: Writable<ExpectedDelta>): boolean {
  switch (field) {
    case 1:
      value.originAs = reader.uint32();
      return true;
    case 2:
      value.ipv4 = reader.sint32();
      return true;
    case 3:
      value.ipv6 = reader.sint32();
      return true;
    case 4:
      value.heardIpv4 = reader.sint32();
      return true;
    case 5:
      value.heardIpv6 = reader.sint32();
      return true;
    default:
      return false;
  }
}

function writeDenominator(writer: WireWriter, value: Denominator): void {
  writeUint(writer, 1, value.livePeers);
  writeUint(writer, 2, value.livePeerAses);
  writeUint(writer, 3, value.collectors);
  writeUint(writer, 4, value.maskedPeers);
  writeBool(writer, 5, value.frozen);
  writeBool(writer, 6, value.wholeTable);
}

const emptyDenominator = (): Writable<Denominator> => ({ ...noDenominator });

function readDenominatorField(reader: WireReader, field: number, value: Writable<Denominator>): boolean {
  switch (field) {
    case 1:
      value.livePeers = reader.uint32();
      return true;
    case 2:
      value.livePeerAses = reader.uint32();
      return true;
    case 3:
      value.collectors = reader.uint32();
      return true;
    case 4:
      value.maskedPeers = reader.uint32();
      return true;
    case 5:
      value.frozen = reader.bool();
      return true;
    case 6:
      value.wholeTable = reader.bool();
      return true;
    default:
      return false;
  }
}

function writeTargetOrigin(writer: WireWriter, value: TargetOrigin): void {
  writeText(writer, 1, value.address);
  writeText(writer, 2, value.prefix);
  writeUint(writer, 3, value.originAs);
  writeBool(writer, 4, value.withdrawn);
}

const readTargetOrigin = (reader: WireReader): TargetOrigin =>
  readMessage(
    reader,
    { address: '', prefix: '', originAs: 0, withdrawn: false } as Writable<TargetOrigin>,
    (from, field, value) => {
      if (field === 1) value.address = from.string();
      else if (field === 2) value.prefix = from.string();
      else if (field === 3) value.originAs = from.uint32();
      else if (field === 4) value.withdrawn = from.bool();
      else return false;
      return true;
    },
  );
