import { createReadStream } from 'node:fs';
import { bunzip2WithCommand, findBzip2Command } from './bzip2-command.ts';
import { bunzip2WithThread } from './bzip2-thread.ts';
import { compressionOfFile } from './compression.ts';
import type { InputEvents } from './input.ts';
import { gunzipFile, unzstdFile } from './zlib-input.ts';

/** The decompressed bytes of a file, by its content. What cannot be read further ends in one failure event. */
export async function* openInput(path: string): InputEvents {
  try {
    yield* await eventsOf(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    yield { case: 'failure', failure: { reason: 'fileUnreadable', position: 0, detail: error.message } };
  }
}

async function eventsOf(path: string): Promise<InputEvents> {
  switch (await compressionOfFile(path)) {
    case 'gzip':
      return gunzipFile(path);
    case 'zstd':
      return unzstdFile(path);
    case 'bzip2': {
      const command = findBzip2Command(process.env.PATH);
      // A lane takes one path a line.
      return command === undefined || path.includes('\n')
        ? bunzip2WithThread(path)
        : bunzip2WithCommand(command, path);
    }
    case 'none':
      return plainFile(path);
  }
}

async function* plainFile(path: string): InputEvents {
  let fileBytesRead = 0;
  for await (const bytes of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    fileBytesRead += bytes.length;
    yield { case: 'chunk', bytes, fileBytesRead };
  }
}

/** True of an error of the file system: it names the failed call. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;
