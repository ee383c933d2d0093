import type { AsScores, Heartbeat, ScoresContent, TransitScore } from '#core/contract/as-scores.ts';
import { emptyAsScore, readAsScoreField, writeAsScore } from './as-score.ts';
import { type BinaryMessage, binaryCodec } from './codec.ts';
import {
  readMessage,
  type Writable,
  writeBool,
  writeDouble,
  writeMessage,
  writeTexts,
  writeUint,
} from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

interface Target {
  content: ScoresContent | undefined;
}

const message: BinaryMessage<AsScores, Target> = {
  schemaVersion: 1,
  write(writer, { content }) {
    if (content.case === 'score') writeMessage(writer, 2, content.value, writeAsScore);
    else if (content.case === 'transit') writeMessage(writer, 3, content.value, writeTransitScore);
    else writeMessage(writer, 4, content.value, writeHeartbeat);
  },
  empty: () => ({ content: undefined }),
  readField(reader, field, target) {
    if (field === 2)
      target.content = { case: 'score', value: readMessage(reader, emptyAsScore(), readAsScoreField) };
    else if (field === 3)
      target.content = {
        case: 'transit',
        value: readMessage(reader, emptyTransitScore(), readTransitScoreField),
      };
    else if (field === 4)
      target.content = {
        case: 'heartbeat',
        value: readMessage(reader, emptyHeartbeat(), readHeartbeatField),
      };
    else return false;
    return true;
  },
  finish({ content }, { eventMinute }) {
    if (content === undefined) throw new RangeError('a record of as.scores has no content');
    return { eventMinute, content };
  },
};

/** Topic as.scores. */
export const asScoresCodec = binaryCodec(message);

function writeTransitScore(writer: WireWriter, value: TransitScore): void {
  writeUint(writer, 1, value.transitAs);
  writeUint(writer, 2, value.prefixes);
  writeUint(writer, 3, value.origins);
  writeDouble(writer, 4, value.thresholdOrigins);
  writeTexts(writer, 5, value.samplePrefixes);
}

const emptyTransitScore = (): Writable<TransitScore> => ({
  transitAs: 0,
  prefixes: 0,
  origins: 0,
  thresholdOrigins: 0,
  samplePrefixes: [],
});

function readTransitScoreField(reader: WireReader, field: number, value: Writable<TransitScore>): boolean {
  switch (field) {
    case 1:
      value.transitAs = reader.uint32();
      return true;
    case 2:
      value.prefixes = reader.uint32();
      return true;
    case 3:
      value.origins = reader.uint32();
      return true;
    case 4:
      value.thresholdOrigins = reader.double();
      return true;
    case 5:
      (value.samplePrefixes as string[]).push(reader.string());
      return true;
    default:
      return false;
  }
}

function writeHeartbeat(writer: WireWriter, value: Heartbeat): void {
  writeUint(writer, 1, value.activeOrigins);
  writeUint(writer, 2, value.unstableOrigins);
  writeBool(writer, 3, value.storm);
  writeBool(writer, 4, value.ipv4Frozen);
  writeBool(writer, 5, value.ipv6Frozen);
}

const emptyHeartbeat = (): Writable<Heartbeat> => ({
  activeOrigins: 0,
  unstableOrigins: 0,
  storm: false,
  ipv4Frozen: false,
  ipv6Frozen: false,
});

function readHeartbeatField(reader: WireReader, field: number, value: Writable<Heartbeat>): boolean {
  switch (field) {
    case 1:
      value.activeOrigins = reader.uint32();
      return true;
    case 2:
      value.unstableOrigins = reader.uint32();
      return true;
    case 3:
      value.storm = reader.bool();
      return true;
    case 4:
      value.ipv4Frozen = reader.bool();
      return true;
    case 5:
      value.ipv6Frozen = reader.bool();
      return true;
    default:
      return false;
  }
}
