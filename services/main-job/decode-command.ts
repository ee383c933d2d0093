import { MrtWalker } from '#core/mrt/walk.ts';
import { BgpdumpLines } from '#core/render/bgpdump-line.ts';
import type { InputFailure } from '#runtime/input/input.ts';
import { openInput } from '#runtime/input/open-input.ts';
import { ReadAhead } from '#runtime/input/read-ahead.ts';
import { RecordReader } from '../feeder/record-reader.ts';
import { nothingUsed, RefusalReport } from './report/refusal-report.ts';

/** Characters of lines that are written at once. */
const writeCharacters = 128 * 1024;
const readAheadBytes = 8 * 1024 * 1024;

/** Prints every route of the files as `bgpdump -m` does; what was refused goes to standard error. Status 1 where nothing of them could be used. */
export async function decodeCommand(files: readonly string[]): Promise<number> {
  const report = new RefusalReport((line) => process.stderr.write(`${line}\n`));
  let records = 0;
  // The next file is decompressed while this one is printed.
  const opened = files.slice(0, 2).map(open);
  for (const [index, name] of files.entries()) {
    const next = files[index + 2];
    records += await decodeFile(name, opened[index]!, report);
    if (next !== undefined) opened.push(open(next));
  }
  report.summarize();
  if (records > 0 || !report.hasAny) return 0;
  process.stderr.write(`steadybeat: ${nothingUsed}\n`);
  return 1;
}

const open = (name: string): ReadAhead => new ReadAhead(openInput(name), readAheadBytes);

/** Returns how many records there were. */
async function decodeFile(name: string, input: ReadAhead, report: RefusalReport): Promise<number> {
  let text = '';
  const lines = new BgpdumpLines((line) => {
    text += `${line}\n`;
  });
  const walker = new MrtWalker(lines);
  const reader = new RecordReader((refused) => report.refused(name, refused), { believesTimes: true });
  for (;;) {
    const found = reader.next();
    if (found === 'record') {
      walker.walk(reader.bytes, reader.start, reader.end);
      if (text.length >= writeCharacters) {
        await write(text);
        text = '';
      }
    } else if (found === 'end') {
      break;
    } else {
      const event = await input.next();
      if (event === undefined) reader.finish();
      else if (event.case === 'chunk') reader.push(event.bytes);
      else report.failed(name, event.failure satisfies InputFailure);
    }
  }
  await write(text);
  return reader.records;
}

/** Waits where the reader of standard output is slow. */
function write(text: string): Promise<void> | undefined {
  if (process.stdout.write(text, 'latin1')) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}
