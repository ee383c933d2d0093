import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** The folder of real data, or undefined where it is not at hand. */
export const dataFolder = process.env.STEADYBEAT_DATA;

const work = join(tmpdir(), 'steadybeat-bench');
mkdirSync(work, { recursive: true });

/** The 95 update files of 2008-02-20, compressed as published. */
export const dayFiles = (): string[] =>
  globSync(join(dataFolder!, 'mrt/rv2-2008-02-20/updates.*.bz2')).sort();

/** The same, decompressed. */
export const dayRawFiles = (): string[] =>
  dayFiles().map((file) => prepared(`day.${basename(file, '.bz2')}.mrt`, () => bunzip2(file)));

/** Some of the day's files, decompressed: what bgpdump is timed over, so that a run takes seconds. */
export function daySample(): string {
  return prepared('day-sample.mrt', () => {
    const files = dayFiles().filter((_, index) => index % 12 === 5);
    return Buffer.concat(files.map(bunzip2));
  });
}

const bunzip2 = (file: string): Buffer => execFileSync('bzcat', [file], { maxBuffer: 1 << 28 });

const copies = 50;
const copySeconds = 300;

/** Five minutes of rrc23 in 2022, fifty times over; copy k is k x 300 s later, so that time goes on. */
export function shifted2022(): string {
  return prepared('rrc23.20220501.shifted.gz', () => {
    const name = 'jwbensley_dfz_name_and_shame__rrc23.updates.20220501.2305.gz';
    const once = gunzipSync(readFileSync(join(dataFolder!, 'mrt', name)));
    const all = Buffer.concat(Array.from({ length: copies }, () => once));
    for (let copy = 0; copy < copies; copy++) {
      const records = all.subarray(copy * once.length, (copy + 1) * once.length);
      changeSeconds(records, (second) => second + copy * copySeconds);
    }
    return gzipSync(all);
  });
}

/** Gives whole MRT records another time. */
export function changeSeconds(records: Buffer, change: (second: number) => number): void {
  for (let at = 0; at < records.length; at += 12 + records.readUInt32BE(at + 8)) {
    records.writeUInt32BE(change(records.readUInt32BE(at)), at);
  }
}

function prepared(name: string, make: () => Uint8Array): string {
  const file = join(work, name);
  if (!existsSync(file)) {
    writeFileSync(`${file}.part`, make());
    renameSync(`${file}.part`, file);
  }
  return file;
}
