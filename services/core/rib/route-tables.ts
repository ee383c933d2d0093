import type { Family } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { ElemQueue } from './elem-queue.ts';
import { PathStore } from './path-store.ts';
import { Ipv4PrefixTable, Ipv6PrefixTable } from './prefix-table.ts';
import { RoutePages } from './route-pages.ts';
import type { WatchedUpdates } from './watched-updates.ts';

/** What all peers of a tracker share: prefixes, paths, the pages of their tables, and what waits to be written into them. */
export class RouteTables {
  readonly ipv4 = new Ipv4PrefixTable();
  readonly ipv6 = new Ipv6PrefixTable();
  readonly paths = new PathStore();
  readonly pages = new RoutePages();
  /** Empty between two batches, so that sources need none of their own. */
  readonly queues: Readonly<Record<Family, ElemQueue>> = { ipv4: new ElemQueue(), ipv6: new ElemQueue() };
  /** Whose updates are counted; undefined where nobody's are. */
  readonly watched: WatchedUpdates | undefined;

  constructor(watched?: WatchedUpdates) {
    this.watched = watched;
  }

  /** Bytes in use by all of it. */
  get bytes(): number {
    return this.ipv4.bytes + this.ipv6.bytes + this.paths.bytes + this.pages.bytes;
  }

  save(writer: StateWriter): void {
    this.ipv4.save(writer);
    this.ipv6.save(writer);
    this.paths.save(writer);
    this.pages.save(writer);
  }

  load(reader: StateReader): void {
    this.ipv4.load(reader);
    this.ipv6.load(reader);
    this.paths.load(reader);
    this.pages.load(reader);
  }
}
