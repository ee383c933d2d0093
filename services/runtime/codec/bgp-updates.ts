import type { BgpUpdates, SourceOpening, UpdatesContent } from '#core/contract/bgp-updates.ts';
import { type BinaryMessage, binaryCodec } from './codec.ts';
import { readMessage, writeBool, writeBytes, writeMessage, writeText } from './fields.ts';
import type { WireReader, WireWriter } from './wire.ts';

interface Target {
  source: string;
  content: UpdatesContent | undefined;
}

const plainCases = { 5: 'tick', 6: 'endOfSource', 7: 'sourceLost', 8: 'ribBegin', 9: 'ribEnd' } as const;
const plainFields = new Map<string, number>(
  Object.entries(plainCases).map(([field, name]) => [name, Number(field)]),
);

function writeOpening(writer: WireWriter, { seed, tellsSessions }: SourceOpening): void {
  writeBool(writer, 1, seed);
  writeBool(writer, 2, tellsSessions === true);
}

function readOpening(reader: WireReader): SourceOpening {
  const flags = [false, false];
  readMessage(reader, flags, (from, field) => {
    if (field !== 1 && field !== 2) return false;
    flags[field - 1] = from.bool();
    return true;
  });
  return { seed: flags[0]!, ...(flags[1] && { tellsSessions: true }) };
}

const message: BinaryMessage<BgpUpdates, Target> = {
  schemaVersion: 1,
  write(writer, { source, content }) {
    writeText(writer, 2, source);
    if (content.case === 'mrtRecords') writeBytes(writer, 3, content.value);
    else if (content.case === 'sourceOpened') writeMessage(writer, 4, content, writeOpening);
    else writeMessage(writer, plainFields.get(content.case)!, undefined, () => {});
  },
  empty: () => ({ source: '', content: undefined }),
  readField(reader, field, target) {
    if (field === 2) target.source = reader.string();
    else if (field === 3) target.content = { case: 'mrtRecords', value: reader.bytes() };
    else if (field === 4) target.content = { case: 'sourceOpened', ...readOpening(reader) };
    else if (field in plainCases) {
      readMessage(reader, undefined, () => false);
      target.content = { case: plainCases[field as keyof typeof plainCases] };
    } else return false;
    return true;
  },
  finish({ source, content }, { eventMinute }) {
    if (content === undefined) throw new RangeError('a record of bgp.updates has no content');
    return { source, eventMinute, content };
  },
};

/** Topic bgp.updates. The MRT records that it decodes are a view of the record. */
export const bgpUpdatesCodec = binaryCodec(message);
