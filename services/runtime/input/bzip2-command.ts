import { spawn } from 'node:child_process';
import { accessSync, constants, createReadStream } from 'node:fs';
import { delimiter, join } from 'node:path';
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

/** Decompresses in a child process; several streams in one file are read whole. */
export async function* bunzip2WithCommand(command: string, path: string): InputEvents {
  const child = spawn(command, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exit = new Promise<{ status: number | null; error?: Error }>((resolve) => {
    child.once('error', (error) => resolve({ status: null, error }));
    child.once('close', (status) => resolve({ status }));
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 1000) complaint += text;
  });
  const file = createReadStream(path, { highWaterMark: 64 * 1024 });
  // The child may stop reading before the file ends: at damage, or when it is no longer wanted.
  child.stdin.on('error', () => file.destroy());
  let readError: Error | undefined;
  file.on('error', (error) => {
    readError = error;
    child.stdin.end();
  });
  file.pipe(child.stdin);
  let position = 0;
  try {
    for await (const bytes of child.stdout as AsyncIterable<Uint8Array>) {
      position += bytes.length;
      yield { case: 'chunk', bytes, fileBytesRead: file.bytesRead };
    }
    const { status, error } = await exit;
    if (readError !== undefined) {
      yield {
        case: 'failure',
        failure: { reason: 'fileUnreadable', position, detail: readError.message },
      };
    } else if (status !== 0) {
      const detail = error?.message ?? (firstLine(complaint) || `${command} ended with status ${status}`);
      const reason = /unexpected end of file|ends unexpectedly|EOF/i.test(complaint)
        ? 'fileTruncated'
        : 'fileCorrupt';
      yield { case: 'failure', failure: { reason, position, detail } };
    }
  } finally {
    file.destroy();
    child.kill();
  }
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';
