/**
 * kafkajs 2.2.4, its faults mended before anything of it runs: the only module that loads it. The parts of its inside that
 * are used are stated here as types; the version is pinned, and nobody works on another.
 *
 * Mended: idle connections that wake a thousand times a second; records of aborted transactions that are shown; zstd, which it
 * lacks; batches that it cannot read, which end it for ever. Avoided, by using what lies below them: its producer, which groups records in quadratic time and loses acknowledged ones when
 * it is idempotent; its consumer, which stays dead after some errors, hides others, and goes back to the start after a rebalance.
 */
import { createRequire } from 'node:module';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Admin, Kafka, KafkaConfig } from 'kafkajs';
import { type BatchDecoder, type FetchedMessage, sparing } from './fetched-batch.ts';
import { unpackSnappy } from './snappy.ts';

const require = createRequire(import.meta.url);

/** The part of a connection's queue of requests that is mended. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

/** It sets a timer also when nothing waits, which then sets itself again, with a delay below zero, for ever. */
function mendIdleTimers(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}

/** Before the modules that use it are loaded: they keep what they find then. */
function mendUnreadableBatches(): void {
  const path = require.resolve('kafkajs/src/protocol/recordBatch/v0/decoder');
  const decode = require(path) as (decoder: BatchDecoder) => Promise<{ records: FetchedMessage[] }>;
  require.cache[path]!.exports = sparing(decode);
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

interface FilterInput {
  readonly messages: readonly FetchedMessage[];
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}

/**
 * Leaves out what aborted transactions wrote. The broker lists them by their ends, and they may overlap: kafkajs' own filter
 * takes the list to be in order of their starts, and a user's key of four zero bytes for a marker.
 */
export function withoutAborted({ messages, abortedTransactions }: FilterInput): FetchedMessage[] {
  const starts = [...(abortedTransactions ?? [])].sort((a, b) =>
    Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)),
  );
  const aborting = new Set<string>();
  let next = 0;
  return messages.filter(({ offset, isControlRecord, batchContext }) => {
    while (next < starts.length && BigInt(offset) >= BigInt(starts[next]!.firstOffset))
      aborting.add(starts[next++]!.producerId);
    // A marker ends the transaction of its producer, whichever way.
    if (isControlRecord) aborting.delete(batchContext.producerId);
    return !(batchContext.inTransaction && aborting.has(batchContext.producerId));
  });
}

const level = { [constants.ZSTD_c_compressionLevel]: 1 };
/** What is unpacked is made in pieces of about its size. */
const pieceBytes = (packed: Buffer): number => Math.min(1 << 20, Math.max(1 << 14, 8 * packed.length));

/** Through Node's own zlib, at once: a megabyte takes 2 ms, and in Node's threads twice the CPU. */
const zstdCodec = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => zstdCompressSync(buffer, { params: level }),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer, { chunkSize: pieceBytes(buffer) }),
});

/** Only read: nothing here is written so. */
const snappyCodec = () => ({ decompress: async (buffer: Buffer) => unpackSnappy(buffer) });

export interface Broker {
  produce(request: {
    readonly acks: number;
    readonly timeout: number;
    readonly compression: number;
    readonly topicData: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly messages: readonly { readonly key: string; readonly value: Buffer | null }[];
      }[];
    }[];
  }): Promise<unknown>;
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly (FilterInput & {
        readonly partition: number;
        readonly lastStableOffset: string;
      })[];
    }[];
  }>;
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly { readonly partitions: readonly { readonly offset: string }[] }[];
  }>;
  findGroupCoordinator(request: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
  }>;
  syncGroup(
    request: Membership & {
      readonly generationId: number;
      readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
    },
  ): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: Membership & { readonly groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: Membership): Promise<unknown>;
  offsetCommit(
    request: Membership & {
      readonly groupGenerationId: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[];
    },
  ): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly { readonly partitions: readonly { readonly offset: string }[] }[];
  }>;
}

interface Membership {
  readonly groupId: string;
  readonly memberId: string;
}

export interface Cluster {
  readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
  connect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(node: { readonly nodeId: number }): Promise<Broker>;
}

export type ClusterConfig = Pick<KafkaConfig, 'ssl' | 'sasl' | 'clientId' | 'retry' | 'socketFactory'> & {
  readonly brokers: readonly string[];
  readonly connectionTimeout: number;
};

type ClusterClass = new (
  config: ClusterConfig & {
    readonly logger: unknown;
    readonly requestTimeout: number;
    readonly enforceRequestTimeout: boolean;
    readonly metadataMaxAge: number;
    readonly allowAutoTopicCreation: boolean;
    readonly isolationLevel: number;
  },
) => Cluster;

/** Kafka's codes. */
export const uncompressed = 0;
const snappy = 2;
export const zstd = 4;
export const readCommitted = 1;
const silent = 0;

mendUnreadableBatches();
mendIdleTimers();
const kafkajs = require('kafkajs') as typeof import('kafkajs');
kafkajs.CompressionCodecs[zstd as never] = zstdCodec as never;
kafkajs.CompressionCodecs[snappy as never] = snappyCodec as never;
const ClusterOf = require('kafkajs/src/cluster') as ClusterClass;
export const { AssignerProtocol } = kafkajs;

const clientOf = (config: ClusterConfig): Kafka =>
  new kafkajs.Kafka({ ...config, brokers: [...config.brokers], logLevel: silent });

/** Connections to the brokers of one cluster; nothing is connected yet. */
export const newCluster = (config: ClusterConfig): Cluster =>
  new ClusterOf({
    ...config,
    // What went wrong is told by errors, in this project's words.
    logger: clientOf(config).logger(),
    requestTimeout: 30_000,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    isolationLevel: readCommitted,
  });

export const newAdmin = (config: ClusterConfig): Admin => clientOf(config).admin();
