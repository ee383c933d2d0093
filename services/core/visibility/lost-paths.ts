import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { type PathPart, sharedAses } from './route-paths.ts';

/** Lost paths are remembered for so many minutes before the one in which a prefix goes down. */
const keptMinutes = 10;
/** More half-lost routes of one block in one minute are a storm: the paths of that minute are not kept. */
const maxLossesPerBlock = 1024;

export interface LostPath {
  readonly minute: EventMinute;
  readonly peer: number;
  readonly path: PathPart;
}

/** The paths that peers withdrew from prefixes which are on their way down. */
export class LostPaths {
  #byPrefix = new Map<number, LostPath[]>();

  /** What each peer lost of a prefix in the minutes before, last loss last. */
  of(id: number): readonly LostPath[] {
    return this.#byPrefix.get(id) ?? [];
  }

  /** Keeps the losses of a minute, drops those that are too old. */
  close(minute: EventMinute, losses: readonly { id: number; block: number; lost: LostPath }[]): void {
    for (const [id, kept] of this.#byPrefix) {
      if (kept[0].minute + keptMinutes > minute) continue;
      const recent = kept.filter((lost) => lost.minute + keptMinutes > minute);
      if (recent.length === 0) this.#byPrefix.delete(id);
      else this.#byPrefix.set(id, recent);
    }
    const perBlock = new Map<number, number>();
    for (const { block } of losses) perBlock.set(block, (perBlock.get(block) ?? 0) + 1);
    for (const { id, block, lost } of losses) {
      if (perBlock.get(block)! > maxLossesPerBlock) continue;
      const kept = this.#byPrefix.get(id);
      if (kept === undefined) this.#byPrefix.set(id, [lost]);
      else kept.push(lost);
    }
  }

  save(writer: StateWriter): void {
    writer.list(this.#byPrefix, ([id, kept]) => {
      writer.u32(id);
      writer.list(kept, ({ minute, peer, path }) => {
        writer.u32(minute);
        writer.u32(peer);
        writer.list(path, (value) => writer.u32(value));
      });
    });
  }

  load(reader: StateReader): void {
    this.#byPrefix = new Map(
      reader.list(() => [
        reader.u32(),
        reader.list(() => ({
          minute: reader.u32(),
          peer: reader.u32(),
          path: reader.list(() => reader.u32()),
        })),
      ]),
    );
  }
}

/** What the lost paths of a prefix have in common. */
export function commonOf(
  paths: readonly PathPart[],
  originAs: number,
): { viaAses: number[]; upstreamAs: number } {
  // Of a peer that is the origin itself there is no AS next to it.
  const upstreams = new Set(paths.filter((path) => path.length > 2).map((path) => path[2]));
  const [upstreamAs = 0] = upstreams.size === 1 ? upstreams : [];
  return { viaAses: sharedAses(paths, originAs), upstreamAs };
}
