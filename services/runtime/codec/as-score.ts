import type { PrefixEventKind } from '#core/contract/as-minutes.ts';
import type { AsScore, Beat, Burst, ScoredEvent, Visibility } from '#core/contract/as-scores.ts';
import { readAsReach, writeAsReach } from './as-reach.ts';
import {
  readDoubles,
  readMessage,
  type Writable,
  writeBool,
  writeDouble,
  writeDoubles,
  writeMessage,
  writeText,
  writeTexts,
  writeUint,
} from './fields.ts';
import { emptyVisibility, readVisibilityField, writeVisibility } from './visibility.ts';
import type { WireReader, WireWriter } from './wire.ts';

const eventKinds: ReadonlySet<string> = new Set<PrefixEventKind>([
  'down',
  'up',
  'path',
  'origin',
  'uncovered',
  'covered',
]);

export function writeAsScore(writer: WireWriter, value: AsScore): void {
  writeUint(writer, 1, value.originAs);
  writeDouble(writer, 2, value.score);
  writeDouble(writer, 3, value.surprise);
  writeMessage(writer, 4, value.beat, writeBeat);
  writeMessage(writer, 5, value.burst, writeBurst);
  writeMessage(writer, 6, value.ipv4, writeVisibility);
  writeMessage(writer, 7, value.ipv6, writeVisibility);
  for (const one of value.events) writeMessage(writer, 8, one, writeScoredEvent);
  writeUint(writer, 9, value.eventCount);
  if (value.reach !== undefined) writeMessage(writer, 10, value.reach, writeAsReach);
}

/** Its messages are there from the start, so that they are read into. */
type Target = Writable<AsScore> & {
  readonly beat: Writable<Beat>;
  readonly burst: Writable<Burst>;
  readonly ipv4: Writable<Visibility>;
  readonly ipv6: Writable<Visibility>;
};

export const emptyAsScore = (): Target => ({
  originAs: 0,
  score: 0,
  surprise: 0,
  beat: emptyBeat(),
  burst: emptyBurst(),
  ipv4: emptyVisibility(),
  ipv6: emptyVisibility(),
  events: [],
  eventCount: 0,
});

export function readAsScoreField(reader: WireReader, field: number, value: Target): boolean {
  switch (field) {
    case 1:
      value.originAs = reader.uint32();
      return true;
    case 2:
      value.score = reader.double();
      return true;
    case 3:
      value.surprise = reader.double();
      return true;
    case 4:
      readMessage(reader, value.beat, readBeatField);
      return true;
    case 5:
      readMessage(reader, value.burst, readBurstField);
      return true;
    case 6:
      readMessage(reader, value.ipv4, readVisibilityField);
      return true;
    case 7:
      readMessage(reader, value.ipv6, readVisibilityField);
      return true;
    case 8:
      (value.events as ScoredEvent[]).push(readMessage(reader, emptyScoredEvent(), readScoredEventField));
      return true;
    case 9:
      value.eventCount = reader.uint32();
      return true;
    case 10:
      value.reach = readAsReach(reader);
      return true;
    default:
      return false;
  }
}

function writeBeat(writer: WireWriter, value: Beat): void {
  writeUint(writer, 1, value.events);
  writeUint(writer, 2, value.activeQuarters);
  writeUint(writer, 3, value.activeHours);
  writeUint(writer, 4, value.spanMinutes);
  writeUint(writer, 5, value.longestGapMinutes);
  writeUint(writer, 6, value.onsetSecond);
  writeUint(writer, 7, value.lastEventSecond);
  writeDouble(writer, 8, value.evenness);
  writeDouble(writer, 9, value.burstiness);
  writeDoubles(writer, 10, value.periodicity);
  writeDouble(writer, 11, value.rateRatio);
  writeTexts(writer, 12, value.prefixes);
  writeUint(writer, 13, value.prefixCount);
  writeUint(writer, 14, value.upstreamAs);
  writeUint(writer, 15, value.heardPrefixes);
  writeBool(writer, 16, value.wide);
  writeBool(writer, 17, value.byProbes);
}

const emptyBeat = (): Writable<Beat> => ({
  events: 0,
  activeQuarters: 0,
  activeHours: 0,
  spanMinutes: 0,
  longestGapMinutes: 0,
  onsetSecond: 0,
  lastEventSecond: 0,
  evenness: 0,
  burstiness: 0,
  periodicity: [],
  rateRatio: 0,
  prefixes: [],
  prefixCount: 0,
  upstreamAs: 0,
  heardPrefixes: 0,
  wide: false,
  byProbes: false,
});

function readBeatField(reader: WireReader, field: number, value: Writable<Beat>): boolean {
  switch (field) {
    case 1:
      value.events = reader.uint32();
      return true;
    case 2:
      value.activeQuarters = reader.uint32();
      return true;
    case 3:
      value.activeHours = reader.uint32();
      return true;
    case 4:
      value.spanMinutes = reader.uint32();
      return true;
    case 5:
      value.longestGapMinutes = reader.uint32();
      return true;
    case 6:
      value.onsetSecond = reader.uint32();
      return true;
    case 7:
      value.lastEventSecond = reader.uint32();
      return true;
    case 8:
      value.evenness = reader.double();
      return true;
    case 9:
      value.burstiness = reader.double();
      return true;
    case 10:
      readDoubles(reader, value.periodicity as number[]);
      return true;
    case 11:
      value.rateRatio = reader.double();
      return true;
    case 12:
      (value.prefixes as string[]).push(reader.string());
      return true;
    case 13:
      value.prefixCount = reader.uint32();
      return true;
    case 14:
      value.upstreamAs = reader.uint32();
      return true;
    case 15:
      value.heardPrefixes = reader.uint32();
      return true;
    case 16:
      value.wide = reader.bool();
      return true;
    case 17:
      value.byProbes = reader.bool();
      return true;
    default:
      return false;
  }
}

function writeBurst(writer: WireWriter, value: Burst): void {
  writeDouble(writer, 1, value.z);
  writeUint(writer, 2, value.events);
}

const emptyBurst = (): Writable<Burst> => ({ z: 0, events: 0 });

function readBurstField(reader: WireReader, field: number, value: Writable<Burst>): boolean {
  switch (field) {
    case 1:
      value.z = reader.double();
      return true;
    case 2:
      value.events = reader.uint32();
      return true;
    default:
      return false;
  }
}

function writeScoredEvent(writer: WireWriter, value: ScoredEvent): void {
  writeText(writer, 1, value.kind);
  writeText(writer, 2, value.prefix);
  writeUint(writer, 3, value.eventSecond);
  writeBool(writer, 4, value.covered);
  writeUint(writer, 5, value.peers);
  writeUint(writer, 6, value.livePeers);
  writeUint(writer, 7, value.peerAses);
  writeUint(writer, 8, value.livePeerAses);
  writeTexts(writer, 9, value.peersFor);
  writeTexts(writer, 10, value.peersAgainst);
  writeUint(writer, 11, value.newOriginAs);
}

const emptyScoredEvent = (): Writable<ScoredEvent> => ({
  kind: 'down',
  prefix: '',
  eventSecond: 0,
  covered: false,
  peers: 0,
  livePeers: 0,
  peerAses: 0,
  livePeerAses: 0,
  peersFor: [],
  peersAgainst: [],
  newOriginAs: 0,
});

function readScoredEventField(reader: WireReader, field: number, value: Writable<ScoredEvent>): boolean {
  switch (field) {
    case 1:
      value.kind = readKind(reader);
      return true;
    case 2:
      value.prefix = reader.string();
      return true;
    case 3:
      value.eventSecond = reader.uint32();
      return true;
    case 4:
      value.covered = reader.bool();
      return true;
    case 5:
      value.peers = reader.uint32();
      return true;
    case 6:
      value.livePeers = reader.uint32();
      return true;
    case 7:
      value.peerAses = reader.uint32();
      return true;
    case 8:
      value.livePeerAses = reader.uint32();
      return true;
    case 9:
      (value.peersFor as string[]).push(reader.string());
      return true;
    case 10:
      (value.peersAgainst as string[]).push(reader.string());
      return true;
    case 11:
      value.newOriginAs = reader.uint32();
      return true;
    default:
      return false;
  }
}

function readKind(reader: WireReader): PrefixEventKind {
  const kind = reader.string();
  if (!eventKinds.has(kind)) throw new RangeError(`there is no kind of prefix event ${kind}`);
  return kind as PrefixEventKind;
}
