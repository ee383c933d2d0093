import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { InputEvents } from './input.ts';

/** The first of lbzip2 (which uses several cores) and bzip2 on the PATH. */
export function findBzip2Command(path: string | undefined): string | undefined {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of ['lbzip2', 'bzip2']) {
    for (const folder of folders) {
      const command = join(folder, name);
      if (isExecutable(command)) return command;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A shell that decompresses one file after another: it reads a path, writes the decompressed bytes and then a line
 * that says so. Starting a process from one that has grown large takes long (its page tables are copied), so
 * the processes are started by a small one.
 */
class Lane {
  /** Ends the bytes of a file; nothing that is decompressed can hold it. */
  readonly #endOfFile = randomUUID();
  readonly #shell: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #chunks: AsyncIterator<Buffer>;
  /** What bzip2 said of the file. */
  #complaint = '';

  constructor(command: string) {
    const script = `while IFS= read -r file; do "$1" -dc < "$file"; printf '%s %03d\\n' "$2" "$?"; done`;
    this.#shell = spawn('/bin/sh', ['-c', script, 'sh', command, this.#endOfFile], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.#complaint.length < 1000) this.#complaint += text;
    });
    // The shell may be gone before it is told to end.
    this.#shell.stdin.on('error', () => {});
    this.#chunks = this.#shell.stdout[Symbol.asyncIterator]();
  }

  /** Gives the decompressed chunks, and at last the status and what was said; undefined if the shell died. */
  async *decompress(path: string): AsyncGenerator<Buffer, { status: number; complaint: string } | undefined> {
    this.#complaint = '';
    this.#shell.stdin.write(`${path}\n`);
    const trailerBytes = this.#endOfFile.length + 5;
    // The line is the last that comes, perhaps in two pieces: a chunk goes on when the next one is there.
    let held: Buffer = Buffer.alloc(0);
    for (;;) {
      const { value: chunk, done } = await this.#chunks.next();
      if (done) return undefined;
      if (chunk.length < trailerBytes) {
        held = Buffer.concat([held, chunk]);
      } else {
        if (held.length > 0) yield held;
        held = chunk;
      }
      const trailerAt = held.length - trailerBytes;
      if (trailerAt < 0 || !held.toString('latin1', trailerAt).startsWith(this.#endOfFile)) continue;
      if (trailerAt > 0) yield held.subarray(0, trailerAt);
      const status = Number(held.toString('latin1', held.length - 4));
      return { status, complaint: status === 0 ? '' : await this.#complaintHeard() };
    }
  }

  /** It was written before the line that ends the file, but comes by another pipe. */
  async #complaintHeard(): Promise<string> {
    for (let turns = 0; turns < 10 && this.#complaint === ''; turns++) await turn();
    return this.#complaint;
  }

  /** Lets the process end while the lane waits for work. */
  setIdle(idle: boolean): void {
    const { stdin, stdout, stderr } = this.#shell;
    for (const part of [this.#shell, stdin, stdout, stderr] as { ref(): void; unref(): void }[]) {
      if (idle) part.unref();
      else part.ref();
    }
  }

  end(): void {
    this.#shell.stdin.destroy();
    this.#shell.stdout.destroy();
    this.#shell.stderr.destroy();
    this.#shell.kill();
  }
}

/** Lanes that wait for work, by command. */
const idleLanes = new Map<string, Lane[]>();
/** What a file decompresses to, as a multiple of its size, so far: only for progress within a file. */
const expansion = { fileBytes: 1, bytes: 5 };

/** Decompresses in a child process; several streams in one file are read whole. */
export async function* bunzip2WithCommand(command: string, path: string): InputEvents {
  const fileBytes = statSync(path).size;
  accessSync(path, constants.R_OK);
  const lane = idleLanes.get(command)?.pop() ?? new Lane(command);
  lane.setIdle(false);
  const chunks = lane.decompress(path);
  let isWhole = false;
  let position = 0;
  try {
    for (;;) {
      const { value, done } = await chunks.next();
      if (!done) {
        position += value.length;
        const estimated = Math.floor((position * expansion.fileBytes) / expansion.bytes);
        yield { case: 'chunk', bytes: value, fileBytesRead: Math.min(fileBytes, estimated) };
        continue;
      }
      isWhole = value !== undefined;
      expansion.fileBytes += fileBytes;
      expansion.bytes += position;
      if (value?.status === 0) return;
      const detail = firstLine(value?.complaint ?? '') || `${command} ended with status ${value?.status}`;
      const reason = /unexpected end of file|ends unexpectedly|EOF/i.test(detail)
        ? 'fileTruncated'
        : 'fileCorrupt';
      yield { case: 'failure', failure: { reason, position, detail } };
      return;
    }
  } finally {
    if (isWhole) keep(command, lane);
    else lane.end();
  }
}

function keep(command: string, lane: Lane): void {
  lane.setIdle(true);
  const lanes = idleLanes.get(command) ?? [];
  lanes.push(lane);
  idleLanes.set(command, lanes);
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';
