import { type BinaryMessage, binaryCodec } from './codec.ts';
import {
  readMessage,
  type Writable,
  writeBytes,
  writeMessage,
  writeText,
  writeUint,
  writeUint64,
} from './fields.ts';

/** Topics snapshots.*: proto/steadybeat/v1/snapshots.proto says what each field means. */
export type SnapshotRecord =
  | { readonly case: 'chunk'; readonly index: number; readonly state: Uint8Array }
  | ({ readonly case: 'manifest' } & SnapshotManifest);

export interface SnapshotManifest {
  readonly task: string;
  readonly writer: string;
  readonly inputOffset: number;
  readonly chunkCount: number;
  readonly stateBytes: number;
  readonly stateCrc32: number;
  readonly stateVersion: number;
}

interface Target {
  content: SnapshotRecord | undefined;
}

const message: BinaryMessage<SnapshotRecord, Target> = {
  schemaVersion: 1,
  write(writer, record) {
    if (record.case === 'chunk')
      writeMessage(writer, 2, record, (chunk, { index, state }) => {
        writeUint(chunk, 1, index);
        writeBytes(chunk, 2, state);
      });
    else
      writeMessage(writer, 3, record, (manifest, value) => {
        writeText(manifest, 1, value.task);
        writeText(manifest, 2, value.writer);
        writeUint64(manifest, 3, value.inputOffset);
        writeUint(manifest, 4, value.chunkCount);
        writeUint64(manifest, 5, value.stateBytes);
        writeUint(manifest, 6, value.stateCrc32);
        writeUint(manifest, 7, value.stateVersion);
      });
  },
  empty: () => ({ content: undefined }),
  readField(reader, field, target) {
    if (field === 2) target.content = readChunk(reader);
    else if (field === 3) target.content = readManifest(reader);
    else return false;
    return true;
  },
  finish({ content }) {
    if (content === undefined) throw new RangeError('a record of snapshots has no content');
    return content;
  },
};

export const snapshotsCodec = binaryCodec(message);

type Reader = Parameters<typeof message.readField>[0];

function readChunk(reader: Reader): SnapshotRecord {
  const chunk = { case: 'chunk' as const, index: 0, state: new Uint8Array() };
  return readMessage(reader, chunk, (from, field, target) => {
    if (field === 1) target.index = from.uint32();
    else if (field === 2) target.state = from.bytes() as Uint8Array<ArrayBuffer>;
    else return false;
    return true;
  });
}

function readManifest(reader: Reader): SnapshotRecord {
  const manifest: Writable<SnapshotManifest> = {
    task: '',
    writer: '',
    inputOffset: 0,
    chunkCount: 0,
    stateBytes: 0,
    stateCrc32: 0,
    stateVersion: 0,
  };
  readMessage(reader, manifest, (from, field, target) => {
    if (field === 1) target.task = from.string();
    else if (field === 2) target.writer = from.string();
    else if (field === 3) target.inputOffset = from.uint64();
    else if (field === 4) target.chunkCount = from.uint32();
    else if (field === 5) target.stateBytes = from.uint64();
    else if (field === 6) target.stateCrc32 = from.uint32();
    else if (field === 7) target.stateVersion = from.uint32();
    else return false;
    return true;
  });
  return { case: 'manifest', ...manifest };
}
