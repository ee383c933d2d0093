import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { MrtCursor, MrtVisitor } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';

export interface DecodeMeasure {
  /** Raw MRT bytes, records refused, and elems: prefixes announced or withdrawn. */
  readonly bytes: number;
  readonly refused: number;
  readonly elems: number;
  /** Sum of the origin AS of every announced prefix: two decoders that agree print the same. */
  readonly originAsSum: number;
  /** Wall time of each run over all files, in seconds; the first is cold. */
  readonly runSeconds: readonly number[];
}

/** Counts every prefix, with the origin AS of the announced ones. */
class CountingVisitor implements MrtVisitor {
  elems = 0;
  originAsSum = 0;
  refused = 0;

  beginUpdate(): void {}

  withdrawIpv4(): void {
    this.elems++;
  }

  withdrawIpv6(): void {
    this.elems++;
  }

  announceIpv4(cursor: MrtCursor): void {
    this.elems++;
    this.originAsSum += cursor.originAs();
  }

  announceIpv6(cursor: MrtCursor): void {
    this.elems++;
    this.originAsSum += cursor.originAs();
  }

  endUpdate(): void {}

  stateChange(): void {}

  refuse(): void {
    this.refused++;
  }
}

/** Decompresses every .bz2 file of a folder into memory, in the order of their names. */
export function readBzip2Files(folder: string): Uint8Array[] {
  const maxBuffer = 1 << 30;
  const names = readdirSync(folder).filter((name) => name.endsWith('.bz2'));
  return names.sort().map((name) => execFileSync('bzcat', [`${folder}/${name}`], { maxBuffer }));
}

/** Walks raw MRT files in memory `runs` times, visiting every prefix with its origin AS, on one core. */
export function measureDecode(files: readonly Uint8Array[], runs: number): DecodeMeasure {
  const runSeconds: number[] = [];
  let visitor = new CountingVisitor();
  for (let run = 0; run < runs; run++) {
    visitor = new CountingVisitor();
    const walker = new MrtWalker(visitor);
    const start = performance.now();
    for (const file of files) walker.walk(file);
    runSeconds.push((performance.now() - start) / 1000);
  }
  const bytes = files.reduce((sum, file) => sum + file.length, 0);
  const { refused, elems, originAsSum } = visitor;
  return { bytes, refused, elems, originAsSum, runSeconds };
}
