/** MRT files made for tests of feeding, and what a log then holds. */
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { MrtCursor, MrtVisitor } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';
import { type MrtPeer, MrtWriter } from '#core/mrt/writer.ts';
import type { InputEvents } from '#runtime/input/input.ts';
import { readBack } from '#runtime/read-back.ts';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Feed, type FeedOptions } from './feed.ts';
import type { MrtFile } from './mrt-file.ts';

export const minute0 = 23_654_400;
export const t0 = minute0 * 60;
const peers: MrtPeer[] = Array.from({ length: 6 }, (_, i) => ({
  asn: 64_500 + i,
  address: [0xc0000200 + i],
}));

type Write = (writer: MrtWriter) => void;

export const announce =
  (second: number, peer: number, octet: number): Write =>
  (writer) =>
    writer.announce(t0 + second, peers[peer]!, 'ipv4', [prefix(octet)], [peers[peer]!.asn, 65_000]);
const prefix = (octet: number) => ({
  family: 'ipv4' as const,
  words: [0x0a000000 + octet * 256],
  length: 24,
});

/** A dump at t0 + second: prefix p has routes of the peers of `routes[p]`. */
export const table =
  (second: number, routes: readonly (readonly number[])[]): Write =>
  (writer) => {
    writer.peerIndexTable(t0 + second, 1, 'view', peers);
    for (const [p, of] of routes.entries()) {
      const entries = of.map((peerIndex) => ({ peerIndex, originatedSecond: t0, path: [64_500, 65_000] }));
      writer.rib(t0 + second, p, prefix(p), peers, entries);
    }
  };

export function file(source: string, name: string, ...writes: Write[]): MrtFile {
  const writer = new MrtWriter(64_499);
  for (const write of writes) write(writer);
  const bytes = writer.take();
  async function* open(): InputEvents {
    for (let at = 0; at < bytes.length; at += 100) {
      yield { case: 'chunk', bytes: bytes.slice(at, at + 100), fileBytesRead: at + 100 };
    }
  }
  return { name, source, isSeed: false, bytes: bytes.length, open };
}

/** What bytes tell, as "second peer octet" or "second peer octet rib". */
export function told(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  const tell = (cursor: MrtCursor, address: number) => {
    const rib = cursor.isRib ? ' rib' : '';
    lines.push(`${cursor.second - t0} ${cursor.peerAddress0 & 255} ${(address >>> 8) & 255}${rib}`);
  };
  const visitor: MrtVisitor = {
    beginUpdate() {},
    withdrawIpv4: tell,
    withdrawIpv6() {},
    announceIpv4: tell,
    announceIpv6() {},
    endUpdate() {},
    stateChange() {},
    refuse: (_, reason) => lines.push(`refused ${reason}`),
  };
  new MrtWalker(visitor).walk(bytes);
  return lines;
}

export interface Kept {
  readonly partition: number;
  readonly minute: number;
  readonly value: BgpUpdates;
}

export async function kept(transport: Transport, partitions: number): Promise<Kept[]> {
  const all: Kept[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for await (const { envelope, value } of readBack(transport, bgpUpdates, partition)) {
      all.push({ partition, minute: envelope.eventMinute - minute0, value });
    }
  }
  return all;
}

export const memoryLog = (): EmbeddedLog =>
  new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, new MemoryStorage({ retention: 'everything' }));

export async function fed(files: readonly MrtFile[], options: Partial<FeedOptions> = {}) {
  const transport = memoryLog();
  const partitions = options.partitions ?? 2;
  await transport.ensureTopics(topicSpecs({ updatePartitions: partitions, blockPartitions: 1 }));
  const feed = new Feed({ partitions, ...options }, transport);
  await feed.run(files);
  return { transport, feed, records: await kept(transport, partitions) };
}

/** One partition's records in short: "rrc00 @0 tick", or the routes that its MRT records tell. */
export const lines = (records: readonly Kept[], partition = 0): string[] =>
  records
    .filter((record) => record.partition === partition)
    .map(({ minute, value: { source, content } }) =>
      content.case === 'mrtRecords'
        ? `${source} @${minute} ${told(content.value).join(', ')}`
        : `${source} @${minute} ${content.case}`,
    );
