import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MrtCursor, RefusalReason } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';
import { BgpdumpLines } from '#core/render/bgpdump-line.ts';
import { openInput } from '#runtime/input/open-input.ts';

/** The folder of real data, or undefined where it is not at hand. */
export const dataFolder = process.env.STEADYBEAT_DATA;
export const noData = dataFolder === undefined && 'STEADYBEAT_DATA is not set';

/** MRT files below a folder of the data folder, without the reference decodes; relative to the data folder. */
export const mrtFiles = (folder: string): string[] =>
  globSync(`${folder}/*.{gz,bz2}`, { cwd: dataFolder! })
    .filter((file) => !file.endsWith('.bgp.gz'))
    .sort();

/** A whole file, decompressed; throws where it cannot be read to its end. */
export async function readWhole(file: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const event of openInput(join(dataFolder!, file))) {
    if (event.case === 'failure') throw new Error(`${file}: ${event.failure.detail}`);
    chunks.push(event.bytes);
  }
  return Buffer.concat(chunks);
}

export interface Decode {
  readonly lines: readonly string[];
  /** Byte ranges of the records refused, with the reason. */
  readonly refused: readonly {
    readonly start: number;
    readonly end: number;
    readonly reason: RefusalReason;
  }[];
}

/** Our lines of whole MRT records. */
export function decode(bytes: Uint8Array): Decode {
  const lines: string[] = [];
  const refused: { start: number; end: number; reason: RefusalReason }[] = [];
  const renderer = new BgpdumpLines(
    (line) => lines.push(line),
    (cursor: MrtCursor, reason: RefusalReason) => {
      refused.push({ start: cursor.recordStart, end: cursor.recordEnd, reason });
    },
  );
  const end = new MrtWalker(renderer).walk(bytes);
  if (end !== bytes.length) throw new Error(`${bytes.length - end} bytes are left over`);
  return { lines, refused };
}

/** True where Debian's bgpdump is on the PATH. */
export const hasBgpdump = (): boolean => spawnSync('bgpdump', ['-T']).error === undefined;

/** What `bgpdump -m` prints of the bytes. */
export function bgpdumpLines(bytes: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-bgpdump-'));
  try {
    const file = join(folder, 'records.mrt');
    writeFileSync(file, bytes);
    const { stdout, status } = spawnSync('bgpdump', ['-m', file], { maxBuffer: 1 << 30, encoding: 'latin1' });
    if (status !== 0) throw new Error(`bgpdump ended with status ${status}`);
    return stdout.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The bytes without the ranges, or the ranges alone. */
export function without(bytes: Uint8Array, ranges: Decode['refused']): Uint8Array {
  const kept: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    kept.push(bytes.subarray(at, start));
    at = end;
  }
  kept.push(bytes.subarray(at));
  return Buffer.concat(kept);
}

export const only = (bytes: Uint8Array, ranges: Decode['refused']): Uint8Array =>
  Buffer.concat(ranges.map(({ start, end }) => bytes.subarray(start, end)));
