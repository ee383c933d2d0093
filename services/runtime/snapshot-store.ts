import { crc32 } from 'node:zlib';
import { type SnapshotManifest, type SnapshotRecord, snapshotsCodec } from './codec/snapshots.ts';
import type { OutgoingRecord, Producer, Transport } from './transport/transport.ts';

const chunkBytes = 512 * 1024;
/** So many chunks are sent at a time. */
const chunksPerSend = 8;
/** The newest, and the one before it in case the newest cannot be read. */
const generationsKept = 2;

export interface SnapshotStoreOptions {
  readonly topic: string;
  readonly partition: number;
  readonly task: string;
  /** Unique to one run of one process: what two writers wrote never mixes. */
  readonly writer: string;
  readonly stateVersion: number;
  readonly onEvent?: (event: RestoreEvent) => void;
}

/** What happens while a snapshot is looked for and read. */
export type RestoreEvent =
  | { readonly case: 'read'; readonly readBytes: number; readonly stateBytes: number }
  /** The one of this input offset cannot be used, and an older one is tried. */
  | { readonly case: 'passedOver'; readonly inputOffset: number; readonly reason: PassedOverReason };

/** It was never finished, or deleted in part; it is of another version of the state; its bytes are not those that were written. */
export const passedOverReasons = ['incomplete', 'other-state-version', 'damaged'] as const;
export type PassedOverReason = (typeof passedOverReasons)[number];

export interface Snapshot {
  readonly state: Uint8Array;
  /** The next offset of the input to read. */
  readonly inputOffset: number;
}

/** A generation is its chunks and then its manifest, all with keys that begin alike. */
interface Generation {
  readonly name: string;
  readonly inputOffset: number;
  readonly keys: string[];
  /** It can be restored: its manifest is there, and of this version of the state. */
  isWhole: boolean;
}

interface FoundGeneration extends Generation {
  manifest: SnapshotManifest | undefined;
  /** Offsets of the chunks in the snapshot topic, by index. */
  readonly chunkOffsets: Map<number, number>;
}

/** The snapshots of one task in a compacted topic. */
export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  readonly #transport: Transport;
  readonly #producer: Producer;
  /** From the oldest to the newest. */
  #generations: Generation[] = [];
  #sequence = 0;

  constructor(options: SnapshotStoreOptions, transport: Transport, producer: Producer) {
    this.#options = options;
    this.#transport = transport;
    this.#producer = producer;
  }

  /** The complete generation with the highest input offset whose bytes are what its manifest says; undefined: replay. */
  async restore(): Promise<Snapshot | undefined> {
    const found = await this.#find();
    this.#generations = found;
    for (const generation of found.toReversed()) {
      const state = await this.#stateOf(generation);
      const { inputOffset } = generation;
      if (typeof state !== 'string') return { state, inputOffset };
      this.#options.onEvent?.({ case: 'passedOver', inputOffset, reason: state });
    }
    return undefined;
  }

  async #stateOf(generation: FoundGeneration): Promise<Uint8Array | PassedOverReason> {
    const { manifest, chunkOffsets } = generation;
    if (manifest === undefined) return 'incomplete';
    if (manifest.stateVersion !== this.#options.stateVersion) return 'other-state-version';
    if (chunkOffsets.size !== manifest.chunkCount) return 'incomplete';
    return (await this.#readState(generation, manifest)) ?? 'damaged';
  }

  /** To be called when all outputs of the input before `inputOffset` are kept. */
  async write(state: Uint8Array, inputOffset: number): Promise<void> {
    const { task, writer, stateVersion } = this.#options;
    const name = `${task}@${inputOffset}@${writer}`;
    const chunkCount = Math.ceil(state.length / chunkBytes);
    const keys: string[] = [];
    for (let first = 0; first < chunkCount; first += chunksPerSend) {
      const records: OutgoingRecord[] = [];
      for (let index = first; index < Math.min(chunkCount, first + chunksPerSend); index++) {
        const chunk = state.subarray(index * chunkBytes, (index + 1) * chunkBytes);
        keys.push(`${name}/${index}`);
        records.push(this.#record(keys.at(-1)!, { case: 'chunk', index, state: chunk }));
      }
      await this.#producer.send(records);
    }
    keys.push(`${name}/manifest`);
    const manifest: SnapshotManifest = {
      task,
      writer,
      inputOffset,
      chunkCount,
      stateBytes: state.length,
      stateCrc32: crc32(state),
      stateVersion,
    };
    await this.#producer.send([this.#record(keys.at(-1)!, { case: 'manifest', ...manifest })]);
    this.#generations.push({ name, inputOffset, keys, isWhole: true });
    await this.#deleteOld();
  }

  /** Deletes what is older than the generations to keep, complete or not. */
  async #deleteOld(): Promise<void> {
    const kept = this.#generations.filter(({ isWhole }) => isWhole).slice(-generationsKept);
    const oldest = kept[0]!.inputOffset;
    const old = this.#generations.filter((one) => !kept.includes(one) && one.inputOffset < oldest);
    if (old.length === 0) return;
    const { topic, partition } = this.#options;
    // The manifest goes first, so that no generation looks complete while its chunks go.
    const keys = old.flatMap((generation) => generation.keys.toReversed());
    await this.#producer.send(keys.map((key) => ({ topic, partition, key, value: null })));
    this.#generations = this.#generations.filter((one) => !old.includes(one));
  }

  #record(key: string, content: SnapshotRecord): OutgoingRecord {
    const { topic, partition, task, writer } = this.#options;
    const stamp = { producer: `${task}@${writer}`, sequence: ++this.#sequence, eventMinute: 0 };
    return { topic, partition, key, value: snapshotsCodec.encode(stamp, content)[0]! };
  }

  /** All generations, also incomplete ones, from the lowest input offset to the highest. */
  async #find(): Promise<FoundGeneration[]> {
    const { topic, partition } = this.#options;
    const { low, high } = await this.#transport.offsets(topic, partition);
    const found = new Map<string, FoundGeneration>();
    for await (const record of this.#transport.scan(topic, partition, low, high)) {
      const name = record.key.slice(0, record.key.lastIndexOf('/'));
      const generation = found.get(name) ?? emptyGeneration(name);
      found.set(name, generation);
      const content = decoded(record.value);
      if (record.value !== null) generation.keys.push(record.key);
      if (content?.case === 'chunk') generation.chunkOffsets.set(content.index, record.offset);
      if (content?.case !== 'manifest') continue;
      generation.manifest = content;
      generation.isWhole = content.stateVersion === this.#options.stateVersion;
    }
    return [...found.values()].sort((a, b) => a.inputOffset - b.inputOffset);
  }

  async #readState(
    { name, chunkOffsets }: FoundGeneration,
    { stateBytes, stateCrc32 }: SnapshotManifest,
  ): Promise<Uint8Array | undefined> {
    const { topic, partition } = this.#options;
    const offsets = [...chunkOffsets.values()];
    const state = new Uint8Array(stateBytes);
    let readBytes = 0;
    this.#options.onEvent?.({ case: 'read', readBytes, stateBytes });
    const from = Math.min(...offsets);
    const to = Math.max(...offsets) + 1;
    for await (const record of this.#transport.scan(topic, partition, from, to)) {
      if (!record.key.startsWith(`${name}/`)) continue;
      const chunk = decoded(record.value);
      if (chunk?.case !== 'chunk' || chunk.index * chunkBytes + chunk.state.length > stateBytes)
        return undefined;
      state.set(chunk.state, chunk.index * chunkBytes);
      readBytes += chunk.state.length;
      this.#options.onEvent?.({ case: 'read', readBytes, stateBytes });
    }
    return crc32(state) === stateCrc32 ? state : undefined;
  }
}

function emptyGeneration(name: string): FoundGeneration {
  const [, inputOffset] = name.split('@');
  const chunkOffsets = new Map<number, number>();
  return {
    name,
    inputOffset: Number(inputOffset),
    keys: [],
    isWhole: false,
    manifest: undefined,
    chunkOffsets,
  };
}

function decoded(value: Uint8Array | null): SnapshotRecord | undefined {
  if (value === null) return undefined;
  try {
    const { envelope, body } = snapshotsCodec.open(value);
    return snapshotsCodec.decode(envelope, body);
  } catch {
    return undefined;
  }
}
