import type { MrtCursor, MrtVisitor } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';
import { formatPrefix } from '#core/prefix.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { RecordReader } from '../../feeder/record-reader.ts';
import { seedFile } from '../../feeder/seed-file.ts';
import { keptValues } from '../why/kept-values.ts';
import type { StoredLog } from '../why/stored-log.ts';

/** Prefixes and the ASes that originate them. */
export type Announced = ReadonlyMap<string, ReadonlySet<number>>;

/** What the records of a file announce: a RIB, updates, or prefixes and origins in pyasn's format. Throws where it cannot be read. */
export async function announcedIn(file: string): Promise<Announced> {
  const origins = new Origins();
  const walker = new MrtWalker(origins);
  const reader = new RecordReader(() => undefined, { believesTimes: true });
  const events = seedFile(file).open();
  for (;;) {
    const found = reader.next();
    if (found === 'record') walker.walk(reader.bytes, reader.start, reader.end);
    else if (found === 'end') return origins.all();
    else {
      const { done, value } = await events.next();
      if (done) reader.finish();
      else if (value.case === 'chunk') reader.push(value.bytes);
      else throw new Error(`${file}: ${value.failure.detail}`);
    }
  }
}

/** What the updates announce that a log still holds; also what was withdrawn since, for a network that is out now is to be watched too. */
export async function announcedInLog({ transport, updatePartitions }: StoredLog): Promise<Announced> {
  const origins = new Origins();
  for (let partition = 0; partition < updatePartitions; partition++) {
    // One walker reads one stream: tables have their peers' index in it.
    const walkers = new Map<string, MrtWalker>();
    for await (const { envelope, value } of keptValues(transport, bgpUpdates, partition)) {
      if (value.content.case !== 'mrtRecords') continue;
      const walker = walkers.get(envelope.producer) ?? new MrtWalker(origins);
      walkers.set(envelope.producer, walker);
      walker.walk(value.content.value);
    }
  }
  return origins.all();
}

/** What is longer or shorter is nobody's network, but a leak. */
const lengths = { ipv4: [8, 24], ipv6: [16, 48] } as const;

class Origins implements MrtVisitor {
  /** By address and length in one number; most prefixes have one origin. */
  readonly #ipv4 = new Map<number, Set<number>>();
  readonly #ipv6 = new Map<string, Set<number>>();

  announceIpv4(cursor: MrtCursor, address: number, length: number): void {
    if (length < lengths.ipv4[0] || length > lengths.ipv4[1]) return;
    note(this.#ipv4, (address >>> 0) * 64 + length, cursor.originAs());
  }

  announceIpv6(cursor: MrtCursor, w0: number, w1: number, w2: number, w3: number, length: number): void {
    if (length < lengths.ipv6[0] || length > lengths.ipv6[1]) return;
    note(this.#ipv6, formatPrefix('ipv6', [w0, w1, w2, w3], 0, length), cursor.originAs());
  }

  all(): Announced {
    const announced = new Map<string, ReadonlySet<number>>(this.#ipv6);
    for (const [key, origins] of this.#ipv4)
      announced.set(formatPrefix('ipv4', [Math.floor(key / 64)], 0, key % 64), origins);
    return announced;
  }

  beginUpdate(): void {}
  withdrawIpv4(): void {}
  withdrawIpv6(): void {}
  endUpdate(): void {}
  stateChange(): void {}
  refuse(): void {}
}

function note<Key>(prefixes: Map<Key, Set<number>>, prefix: Key, originAs: number): void {
  if (originAs === 0) return;
  const known = prefixes.get(prefix);
  if (known === undefined) prefixes.set(prefix, new Set([originAs]));
  else known.add(originAs);
}
