import type { BgpUpdates, SourceOpening } from '../contract/bgp-updates.ts';
import type { RouteChanges, SourceChanges } from '../contract/route-changes.ts';
import type { EventMinute, EventSecond } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { Step } from '../step.ts';
import { ColumnWriter, noChanges } from './change-columns.ts';
import { RouteTables } from './route-tables.ts';
import { SourceTracker } from './source-tracker.ts';
import type { Refusal } from './update-applier.ts';
import type { WatchedUpdates } from './watched-updates.ts';

export interface RouteTrackerOptions {
  /** This task, from 0, of so many. */
  readonly tracker: number;
  readonly trackerPartitions: number;
  readonly blockPartitions: number;
  /** Counted for figures beside what is told; it changes nothing of that. */
  readonly watched?: WatchedUpdates | undefined;
}

export type RouteTrackerOutput =
  | { readonly case: 'routeChanges'; readonly blockPartition: number; readonly value: RouteChanges }
  /** A record that could not be used, with the first bytes of it. */
  | {
      readonly case: 'refused';
      readonly source: string;
      readonly reason: Refusal['reason'];
      readonly second: EventSecond;
      readonly head: Uint8Array;
      readonly length: number;
    };

/**
 * Holds the Adj-RIB-In of every peer of its partition of bgp.updates, and tells each address block partition,
 * minute by minute, which routes changed. A minute is told when all open sources have ticked past it, put together
 * in the order of the sources' names: how the sources' records interleave changes nothing.
 */
export class RouteTracker implements Step<BgpUpdates, RouteTrackerOutput> {
  readonly #options: RouteTrackerOptions;
  readonly #tables: RouteTables;
  readonly #columns: ColumnWriter;
  /** In the order of their names. */
  #sources: SourceTracker[] = [];
  #emittedThrough: EventMinute = -1;

  constructor(options: RouteTrackerOptions) {
    this.#options = options;
    this.#tables = new RouteTables(options.watched);
    this.#columns = new ColumnWriter(this.#tables.paths, options.blockPartitions);
  }

  /** Bytes of prefixes, paths and routes in use. */
  get tableBytes(): number {
    return this.#tables.bytes;
  }

  /** Distinct AS paths, with those that are unused and not yet swept. */
  get pathCount(): number {
    return this.#tables.paths.count;
  }

  /** Routes of other SAFIs than unicast, so far: they are not kept. */
  get ignoredRoutes(): number {
    return this.#sources.reduce((sum, source) => sum + source.ignoredRoutes, 0);
  }

  apply(input: BgpUpdates, emit: (output: RouteTrackerOutput) => void): void {
    const { content, eventMinute } = input;
    const source = this.#sourceNamed(input.source);
    if (content.case === 'sourceOpened' || (!source.isOpen && content.case === 'mrtRecords')) {
      const opening = content.case === 'sourceOpened' ? content : unopened;
      source.open(opening, eventMinute, this.#emittedThrough);
    }
    switch (content.case) {
      case 'sourceOpened':
        return;
      case 'mrtRecords':
        source.records(content.value, eventMinute, (refusal) =>
          emit({ case: 'refused', source: source.source, ...refusal }),
        );
        return;
      case 'ribBegin':
        source.beginDump(eventMinute);
        return;
      case 'ribEnd':
        source.endDump(eventMinute);
        return;
      case 'tick':
        source.tick(eventMinute);
        break;
      case 'endOfSource':
      case 'sourceLost':
        source.end(content.case === 'sourceLost', eventMinute);
        break;
    }
    this.#emitClosed(emit);
    this.#giveBackMemory();
  }

  save(writer: StateWriter): void {
    writer.u32(this.#emittedThrough + 1);
    this.#tables.save(writer);
    writer.list(this.#sources, (source) => {
      writer.text(source.source);
      source.save(writer);
    });
  }

  load(reader: StateReader): void {
    this.#emittedThrough = reader.u32() - 1;
    this.#tables.load(reader);
    this.#sources = reader.list(() => {
      const source = new SourceTracker(reader.text(), this.#tables, this.#columns);
      source.load(reader);
      return source;
    });
  }

  #sourceNamed(name: string): SourceTracker {
    const known = this.#sources.find((source) => source.source === name);
    if (known !== undefined) return known;
    const source = new SourceTracker(name, this.#tables, this.#columns);
    const at = this.#sources.findIndex((other) => other.source > name);
    this.#sources.splice(at < 0 ? this.#sources.length : at, 0, source);
    return source;
  }

  /** Tells the minutes that every open source has closed; of those, the ones that some source ticked or had something in. */
  #emitClosed(emit: (output: RouteTrackerOutput) => void): void {
    let through = Number.POSITIVE_INFINITY;
    for (const source of this.#sources) if (source.isOpen) through = Math.min(through, source.tickedThrough);
    for (;;) {
      let minute = Number.POSITIVE_INFINITY;
      for (const source of this.#sources) minute = Math.min(minute, source.parts[0]?.minute ?? minute);
      if (minute > through || minute === Number.POSITIVE_INFINITY) return;
      this.#emitMinute(minute, emit);
    }
  }

  /** After many routes were withdrawn, or sessions lost. */
  #giveBackMemory(): void {
    const { paths, pages } = this.#tables;
    const routes = this.#sources.reduce((sum, source) => sum + source.routes, 0);
    if (paths.isSweepDue(routes)) {
      paths.sweep(routes, () => {
        pages.markPaths(paths);
        for (const source of this.#sources) source.markPaths();
      });
    }
    if (pages.isSparse) {
      pages.compact((move) => {
        for (const source of this.#sources) source.movePages(move);
      });
    }
    if (paths.isSparse) {
      paths.compact((moved) => {
        pages.movePaths(moved);
        for (const source of this.#sources) source.movePaths(moved);
      });
    }
  }

  #emitMinute(minute: EventMinute, emit: (output: RouteTrackerOutput) => void): void {
    const { tracker, trackerPartitions, blockPartitions } = this.#options;
    const told = this.#sources.flatMap((source) => {
      if (source.parts[0]?.minute !== minute) return [];
      const part = source.parts.shift()!;
      return part.peers.length === 0 ? [] : [{ source, part }];
    });
    this.#emittedThrough = minute;
    for (let block = 0; block < blockPartitions; block++) {
      const sources: SourceChanges[] = told.map(({ source, part }) => {
        const { ipv4, ipv6, pathWords, pathEnds } = part.blocks[block] ?? nothing;
        return {
          source: source.source,
          seed: source.seed,
          peers: part.peers,
          pathWords,
          pathEnds,
          ipv4,
          ipv6,
        };
      });
      const value: RouteChanges = { tracker, trackerPartitions, eventMinute: minute, sources };
      emit({ case: 'routeChanges', blockPartition: block, value });
    }
  }
}

/** Of a source whose opening was missed. */
const unopened: SourceOpening = { seed: false };

const nothing = {
  ipv4: noChanges,
  ipv6: noChanges,
  pathWords: new Uint32Array(0),
  pathEnds: new Uint32Array(0),
};
