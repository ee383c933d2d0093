/**
 * `node demo-files.mjs [--now] FOLDER`: writes the reconstruction of December 2014 as the MRT files that collectors would
 * have. With --now its times are shifted, so that the blackout began 70 minutes ago: `run feeder --paced` feeds them at the
 * pace of time. Such files stay as they are where they are there already: a demo that starts again goes on.
 */
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shiftOf } from '#core/shifted-source.ts';
import { blackoutNow } from '#scenario/blackout-now.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';

const isNow = process.argv[2] === '--now';
const folder = process.argv[isNow ? 3 : 2];
const written = path.join(folder, 'written');

if (isNow && existsSync(written)) process.exit(0);
mkdirSync(folder, { recursive: true });
// What another start began to write has another shift.
for (const name of readdirSync(folder)) {
  if (shiftOf(name) !== undefined) rmSync(path.join(folder, name), { recursive: true });
}
const { collectors } = isNow
  ? blackoutNow(Date.now() / 1000, publishedSeed)
  : generate(nk2014(), publishedSeed);
for (const { collector, rib, updates } of collectors) {
  const own = path.join(folder, collector);
  mkdirSync(own, { recursive: true });
  await write(path.join(own, 'rib.mrt'), rib());
  await write(path.join(own, 'updates.mrt'), bytesOf(updates()));
}
writeFileSync(written, '');

function* bytesOf(records) {
  for (const { bytes } of records) yield bytes;
}

async function write(file, chunks) {
  await pipeline(Readable.from(chunks), createWriteStream(file));
  process.stdout.write(`${file}\n`);
}
