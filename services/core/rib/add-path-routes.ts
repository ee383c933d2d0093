import type { StateReader, StateWriter } from '../state.ts';
import type { PathStore } from './path-store.ts';

/**
 * The routes of a peer that sends several for one prefix, told apart by path identifiers (RFC 7911). The one
 * with the lowest identifier stands for the prefix in the peer's slot; the prefix is present while there is any.
 */
export class AddPathRoutes {
  /** Prefix id to path identifier and path, in turn, by ascending identifier. */
  readonly #routes = new Map<number, number[]>();

  /** Returns the path that stands for the prefix afterwards. */
  announce(prefix: number, pathId: number, path: number): number {
    const routes = this.#routes.get(prefix);
    if (routes === undefined) {
      this.#routes.set(prefix, [pathId, path]);
      return path;
    }
    const at = place(routes, pathId);
    if (routes[at] === pathId) {
      routes[at + 1] = path;
    } else {
      routes.splice(at, 0, pathId, path);
    }
    return routes[1];
  }

  /** Returns the path that stands for the prefix afterwards; 0 for none. */
  withdraw(prefix: number, pathId: number): number {
    const routes = this.#routes.get(prefix);
    if (routes === undefined) return 0;
    const at = place(routes, pathId);
    if (routes[at] === pathId) {
      routes.splice(at, 2);
    }
    if (routes.length > 0) return routes[1];
    this.#routes.delete(prefix);
    return 0;
  }

  remove(prefix: number): void {
    this.#routes.delete(prefix);
  }

  markPaths(paths: PathStore): void {
    for (const routes of this.#routes.values()) {
      for (let at = 1; at < routes.length; at += 2) paths.mark(routes[at]);
    }
  }

  movePaths(moved: (id: number) => number): void {
    for (const routes of this.#routes.values()) {
      for (let at = 1; at < routes.length; at += 2) routes[at] = moved(routes[at]);
    }
  }

  save(writer: StateWriter): void {
    writer.list(this.#routes, ([prefix, routes]) => {
      writer.u32(prefix);
      writer.list(routes, (value) => writer.u32(value));
    });
  }

  load(reader: StateReader): void {
    for (let left = reader.u32(); left > 0; left--) {
      const prefix = reader.u32();
      this.#routes.set(
        prefix,
        reader.list(() => reader.u32()),
      );
    }
  }
}

/** Where the identifier is, or belongs. */
function place(routes: readonly number[], pathId: number): number {
  let at = 0;
  while (at < routes.length && routes[at] < pathId) at += 2;
  return at;
}
