import type {
  ProbeContent,
  ProbeKind,
  ProbeOutcome,
  ProbeResult,
  ProbeResults,
} from '#core/contract/probe-results.ts';
import { type BinaryMessage, binaryCodec } from './codec.ts';
import {
  EnumNames,
  readFlag,
  readMessage,
  type Writable,
  writeFlag,
  writeMessage,
  writeText,
  writeUint,
  writeUint64,
} from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

const kinds = new EnumNames<ProbeKind>(['ping', 'tcp', 'http', 'dns', 'tracerouteEnd', 'atlasConnection']);
const outcomes = new EnumNames<ProbeOutcome>(['reply', 'noReply', 'refused', 'proberError', 'wrongReply']);

interface Target {
  source: string;
  content: ProbeContent | undefined;
}

const plainCases = { 5: 'tick', 6: 'endOfSource', 7: 'sourceLost' } as const;
const plainFields = { tick: 5, endOfSource: 6, sourceLost: 7 } as const;

const message: BinaryMessage<ProbeResults, Target> = {
  schemaVersion: 1,
  write(writer, { source, content }) {
    writeText(writer, 2, source);
    if (content.case === 'batch') writeMessage(writer, 3, content.results, writeBatch);
    else if (content.case === 'sourceOpened') writeFlag(writer, 4, content.live);
    else writeMessage(writer, plainFields[content.case], undefined, () => {});
  },
  empty: () => ({ source: '', content: undefined }),
  readField(reader, field, target) {
    if (field === 2) target.source = reader.string();
    else if (field === 3) target.content = { case: 'batch', results: readBatch(reader) };
    else if (field === 4) target.content = { case: 'sourceOpened', live: readFlag(reader) };
    else if (field in plainCases) {
      readMessage(reader, undefined, () => false);
      target.content = { case: plainCases[field as keyof typeof plainCases] };
    } else return false;
    return true;
  },
  finish({ source, content }, { eventMinute }) {
    if (content === undefined) throw new RangeError('a record of probe.results has no content');
    return { source, eventMinute, content };
  },
};

/** Topic probe.results. */
export const probeResultsCodec = binaryCodec(message);

function writeBatch(writer: WireWriter, results: readonly ProbeResult[]): void {
  for (const result of results) writeMessage(writer, 1, result, writeResult);
}

const readBatch = (reader: WireReader): ProbeResult[] =>
  readMessage(reader, [] as ProbeResult[], (from, field, results) => {
    if (field !== 1) return false;
    results.push(readMessage(from, emptyResult(), readResultField));
    return true;
  });

function writeResult(writer: WireWriter, value: ProbeResult): void {
  writeUint(writer, 2, kinds.number(value.kind));
  writeText(writer, 3, value.prober);
  writeText(writer, 4, value.targetAddress);
  writeUint(writer, 5, value.originAs);
  writeMessage(writer, 6, value.eventSecond, (_, second) => writeUint64(_, 1, second));
  writeUint(writer, 7, outcomes.number(value.outcome));
  writeUint(writer, 8, value.rttMicroseconds);
  writeText(writer, 9, value.controller);
  writeText(writer, 10, value.detail);
}

const emptyResult = (): Writable<ProbeResult> => ({
  kind: 'ping',
  prober: '',
  targetAddress: '',
  originAs: 0,
  eventSecond: 0,
  outcome: 'proberError',
  rttMicroseconds: 0,
  controller: '',
  detail: '',
});

function readResultField(reader: WireReader, field: number, value: Writable<ProbeResult>): boolean {
  if (field === 2) value.kind = kinds.name(reader.uint32());
  else if (field === 3) value.prober = reader.string();
  else if (field === 4) value.targetAddress = reader.string();
  else if (field === 5) value.originAs = reader.uint32();
  else if (field === 6) value.eventSecond = readSeconds(reader);
  else if (field === 7) value.outcome = outcomes.name(reader.uint32());
  else if (field === 8) value.rttMicroseconds = reader.uint32();
  else if (field === 9) value.controller = reader.string();
  else if (field === 10) value.detail = reader.string();
  else return false;
  return true;
}

/** Of a google.protobuf.Timestamp. */
const readSeconds = (reader: WireReader): number =>
  readMessage(reader, { seconds: 0 }, (from, field, target) => {
    if (field !== 1) return false;
    target.seconds = from.uint64();
    return true;
  }).seconds;
