import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WatchFile } from '#core/group/watch-file.ts';
import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { bgpUpdates, type PartitionCounts, routeChanges } from '#runtime/topics.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** A log that others write; it is only read here. */
export interface StoredLog extends PartitionCounts {
  readonly transport: Pick<Transport, 'offsets' | 'scan' | 'close'>;
  /** What people call it. */
  readonly name: string;
  /** The groups and mutes that hold for it, if there are any. */
  readonly watchFile: WatchFile | undefined;
}

/** Why there is nothing to read, in one line for people. */
export class NoLog extends Error {}

/** The folder of `live`, or of `--data`; another process may be writing to it meanwhile. */
export function folderLog(folder: string, watchFile?: WatchFile): StoredLog {
  if (!existsSync(join(folder, 'data.mdb'))) throw new NoLog(`there is no log in ${folder}`);
  const storage = openDiskStorage(folder, { readOnly: true });
  const partitionsOf = (topic: string) => storage.topics().find(({ name }) => name === topic)?.partitions;
  const updatePartitions = partitionsOf(bgpUpdates.topic);
  if (updatePartitions === undefined) throw new NoLog(`the log in ${folder} has no updates`);
  return {
    transport: new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage),
    name: `the log in ${folder}`,
    watchFile,
    updatePartitions,
    blockPartitions: partitionsOf(routeChanges.topic) ?? 1,
  };
}

export async function kafkaLog(configuration: Configuration): Promise<StoredLog> {
  const options = kafkaOptionsOf(configuration, 'steadybeat-why', () => undefined);
  const { updatePartitions, blockPartitions, kafkaTopicPrefix, watchFile } = configuration;
  return {
    transport: await KafkaTransport.open(options),
    name: `the topics ${kafkaTopicPrefix}* of ${options.brokers.join(', ')}`,
    watchFile,
    updatePartitions,
    blockPartitions,
  };
}
