/** `node demo-files.mjs FOLDER`: writes the reconstruction of December 2014 as the MRT files that collectors would have. */
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';

const folder = process.argv[2];

for (const { collector, rib, updates } of generate(nk2014(), publishedSeed).collectors) {
  const own = path.join(folder, collector);
  mkdirSync(own, { recursive: true });
  await write(path.join(own, 'rib.mrt'), rib());
  await write(path.join(own, 'updates.mrt'), bytesOf(updates()));
}

function* bytesOf(records) {
  for (const { bytes } of records) yield bytes;
}

async function write(file, chunks) {
  await pipeline(Readable.from(chunks), createWriteStream(file));
  process.stdout.write(`${file}\n`);
}
