import type { EventSecond } from '#core/event-time.ts';
import type { MrtFile } from './mrt-file.ts';
import { type FileListener, OpenFile } from './open-file.ts';

export interface ReadAheadOptions {
  /** Files opened before their turn. */
  readonly files: number;
  /** Decompressed bytes that each of them may hold. */
  readonly bytesEach: number;
}

export interface SourceListener extends FileListener {
  onFileDone(file: OpenFile): void;
}

export interface ReadTotals {
  files: number;
  /** As they lie on disk. */
  bytes: number;
  records: number;
  /** Announced and withdrawn prefixes. */
  elems: number;
}

interface WaitingFile {
  readonly file: MrtFile;
  readonly firstSecond: EventSecond;
  opened: OpenFile | undefined;
}

const silentListener: FileListener = { onRefused() {}, onFailure() {} };

/**
 * The records of all files of one source in the order of their times; the order of the files given
 * changes nothing. Files that overlap are merged; a table dump is not interrupted.
 */
export class SourceRecords {
  /** The file of the current record; undefined after the last. */
  current: OpenFile | undefined;
  readonly #readAhead: ReadAheadOptions;
  readonly #listener: SourceListener;
  /** Files that stand at a record. */
  #active: OpenFile[] = [];
  /** Files whose time has not come, by first record. */
  #waiting: WaitingFile[] = [];
  /** The earliest record of any other file. */
  #nextOther: EventSecond = 0;
  readonly #done: ReadTotals = { files: 0, bytes: 0, records: 0, elems: 0 };
  #found: 'record' | 'needsBytes' | 'end' = 'record';

  constructor(readAhead: ReadAheadOptions, listener: SourceListener) {
    this.#readAhead = readAhead;
    this.#listener = listener;
  }

  /** Puts the files in order and goes to the first record. */
  async open(files: readonly MrtFile[]): Promise<void> {
    for (const file of files) {
      // A file without any record is opened first: that is where it is told.
      const firstSecond = files.length === 1 ? 0 : (file.notBefore ?? (await firstSecondOf(file)) ?? 0);
      this.#waiting.push({ file, firstSecond, opened: undefined });
    }
    this.#waiting.sort((a, b) => a.firstSecond - b.firstSecond || compareText(a.file.name, b.file.name));
    await this.#choose();
  }

  /** Goes to the next record if that needs no waiting; else false, and `next` completes the step. */
  nextNow(): boolean {
    const { reader } = this.current!;
    const wasDump = reader.isDump;
    this.#found = reader.next();
    return this.#found === 'record' && ((wasDump && reader.isDump) || reader.second <= this.#nextOther);
  }

  /** Adds to the current record those behind it whose time is in [from, through] and that are next, as far as that is sure at once. */
  takeRun(from: EventSecond, through: EventSecond): void {
    this.current!.reader.takeRun(from, Math.min(through, this.#nextOther));
  }

  /** Completes the step that nextNow began. */
  async next(): Promise<void> {
    const current = this.current!;
    const wasDump = current.reader.isDump;
    if (this.#found === 'needsBytes') this.#found = (await current.next()) ? 'record' : 'end';
    if (this.#found === 'end') {
      this.#active = this.#active.filter((file) => file !== current);
      await this.#fileDone(current);
    } else if (wasDump && current.reader.isDump) {
      return;
    }
    await this.#choose();
  }

  /** Of all files, so far. */
  totals(): ReadTotals {
    const totals = { ...this.#done };
    for (const file of this.#active) addTo(totals, file);
    return totals;
  }

  async close(): Promise<void> {
    for (const file of this.#active) await file.close();
    for (const { opened } of this.#waiting) await opened?.close();
  }

  async #choose(): Promise<void> {
    for (;;) {
      const earliest = this.#earliestActive();
      const next = this.#waiting[0];
      if (next === undefined || (earliest !== undefined && earliest.second <= next.firstSecond)) {
        this.current = earliest;
        break;
      }
      await this.#activate(this.#waiting.shift()!);
    }
    this.#nextOther = this.#waiting[0]?.firstSecond ?? Number.POSITIVE_INFINITY;
    for (const file of this.#active) {
      if (file !== this.current) this.#nextOther = Math.min(this.#nextOther, file.second);
    }
  }

  #earliestActive(): OpenFile | undefined {
    let earliest: OpenFile | undefined;
    for (const file of this.#active)
      if (earliest === undefined || file.second < earliest.second) earliest = file;
    return earliest;
  }

  async #activate(waiting: WaitingFile): Promise<void> {
    const opened = waiting.opened ?? this.#openFile(waiting.file);
    for (const next of this.#waiting.slice(0, this.#readAhead.files))
      next.opened ??= this.#openFile(next.file);
    if (await opened.next()) {
      this.#active.push(opened);
      return;
    }
    await this.#fileDone(opened);
  }

  async #fileDone(file: OpenFile): Promise<void> {
    addTo(this.#done, file);
    this.#listener.onFileDone(file);
    await file.close();
  }

  #openFile(file: MrtFile): OpenFile {
    return new OpenFile(file, this.#readAhead.bytesEach, this.#listener);
  }
}

async function firstSecondOf(file: MrtFile): Promise<EventSecond | undefined> {
  const opened = new OpenFile(file, 1, silentListener);
  try {
    return (await opened.next()) ? opened.second : undefined;
  } finally {
    await opened.close();
  }
}

function addTo(totals: ReadTotals, { reader, bytesRead }: OpenFile): void {
  totals.files++;
  totals.bytes += bytesRead;
  totals.records += reader.records;
  totals.elems += reader.door.elems;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
