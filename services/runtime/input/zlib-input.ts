import { createReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { InputEvents, InputFailureReason } from './input.ts';
import { ZstdFrames } from './zstd-frames.ts';

const readBytes = 64 * 1024;
const outputBytes = 256 * 1024;

/** RFC 1952: several members in one file are read whole. */
export function gunzipFile(path: string): InputEvents {
  return throughZlib(path, createGunzip({ chunkSize: outputBytes }), (chunk) => [chunk]);
}

/** RFC 8878: several frames in one file are read whole. */
export function unzstdFile(path: string): InputEvents {
  const frames = new ZstdFrames();
  return throughZlib(path, createZstdDecompress({ chunkSize: outputBytes }), (chunk) => frames.cut(chunk));
}

/**
 * Writes the file to the stream one piece at a time and gives what came out of each. The stream
 * is never paused: a destroyed stream would lose what it holds, and with it the last readable bytes.
 */
async function* throughZlib(
  path: string,
  stream: Transform,
  pieces: (chunk: Uint8Array) => Iterable<Uint8Array>,
): InputEvents {
  let out: Uint8Array[] = [];
  let position = 0;
  let fileBytesRead = 0;
  let error: NodeJS.ErrnoException | undefined;
  stream.on('data', (bytes: Uint8Array) => out.push(bytes));
  stream.on('error', (cause) => {
    error = cause;
  });
  const taken = () => {
    const bytes = out;
    out = [];
    return bytes;
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: readBytes })) {
      fileBytesRead += chunk.length;
      for (const piece of pieces(chunk)) {
        await written(stream, piece);
        for (const bytes of taken()) {
          position += bytes.length;
          yield { case: 'chunk', bytes, fileBytesRead };
        }
        if (error !== undefined) break;
      }
      if (error !== undefined) break;
    }
    if (error === undefined) await ended(stream);
    for (const bytes of taken()) {
      position += bytes.length;
      yield { case: 'chunk', bytes, fileBytesRead };
    }
    if (error !== undefined) {
      yield { case: 'failure', failure: { reason: reasonOf(error), position, detail: error.message } };
    }
  } finally {
    stream.destroy();
  }
}

const reasonOf = (error: NodeJS.ErrnoException): InputFailureReason =>
  error.code === 'Z_BUF_ERROR' ? 'fileTruncated' : 'fileCorrupt';

/** Resolves when the piece was decompressed, or the stream closed because it could not be. */
function written(stream: Transform, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.write(piece, () => {
      stream.off('close', resolve);
      resolve();
    });
  });
}

function ended(stream: Transform): Promise<void> {
  return new Promise((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.end();
  });
}
