/**
 * What an opened file gives: decompressed bytes, and at most one failure, last.
 * What was readable before a failure has been given; of a damaged bzip2 block, also its wrong bytes,
 * for its checksum comes after them.
 */
export type InputEvent =
  | {
      readonly case: 'chunk';
      readonly bytes: Uint8Array;
      /** Bytes of the file as it lies on disk that were read so far. */
      readonly fileBytesRead: number;
    }
  | { readonly case: 'failure'; readonly failure: InputFailure };

export interface InputFailure {
  readonly reason: InputFailureReason;
  /** Decompressed bytes given before it. */
  readonly position: number;
  readonly detail: string;
}

/** Closed list: why the rest of a file could not be read. */
export type InputFailureReason = 'fileTruncated' | 'fileCorrupt' | 'fileUnreadable';

export type InputEvents = AsyncGenerator<InputEvent, void, void>;
