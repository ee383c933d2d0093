import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface CachedFile {
  bytes: number;
  /** Order of the last uses. */
  usedAt: number;
  /** Readers and writers of it now. */
  users: number;
}

/** The cache's own part of the folder that it was given: whatever else lies there is the user's. */
const ownFolder = 'steadybeat-cache';

/**
 * A folder of fetched files with a bound: what was not used for the longest time goes first, and never what is in use: beyond its bound
 * it has what is read or fetched now. Files lie in it as on their servers: HOST/PATH.
 */
export class FileCache {
  readonly folder: string;
  readonly #bytesMax: number;
  readonly #files = new Map<string, CachedFile>();
  #bytes = 0;
  #uses = 0;

  constructor(folder: string, bytesMax: number) {
    this.folder = join(folder, ownFolder);
    this.#bytesMax = bytesMax;
    mkdirSync(this.folder, { recursive: true });
    const found = readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, stats: statSync(path) }))
      .sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs);
    for (const { path, stats } of found) {
      this.#files.set(path, { bytes: stats.size, usedAt: ++this.#uses, users: 0 });
      this.#bytes += stats.size;
    }
  }

  /** Of all files. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where a file of this address lies, or is to lie. Its folder is made. */
  pathOf({ host, pathname, search }: URL): string {
    const names = [host, ...pathname.split('/'), search].map((name) => name.replace(/[^\w.,+=@~-]/g, '_'));
    const path = join(this.folder, ...names.filter((name) => !/^\.*$/.test(name)));
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** It is not removed until it is released as often. */
  use(path: string): void {
    const file = this.#files.get(path) ?? { bytes: 0, usedAt: 0, users: 0 };
    file.users++;
    file.usedAt = ++this.#uses;
    this.#files.set(path, file);
  }

  /** It has this size now; others go if that is too much. */
  grew(path: string, bytes: number): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#bytes += bytes - file.bytes;
    file.bytes = bytes;
    if (this.#bytes > this.#bytesMax) this.#makeRoom();
  }

  release(path: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) file.users--;
  }

  remove(path: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) this.#bytes -= file.bytes;
    this.#files.delete(path);
    rmSync(path, { force: true });
  }

  #makeRoom(): void {
    const idle = [...this.#files].filter(([, { users }]) => users === 0);
    idle.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [path] of idle) {
      if (this.#bytes <= this.#bytesMax) return;
      this.remove(path);
    }
  }
}
