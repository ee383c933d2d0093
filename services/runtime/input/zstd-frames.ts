/**
 * Finds where zstd frames end (RFC 8878 3.1), without decompressing: node:zlib drops what
 * follows the end of a frame in the same write, so each frame has to be written apart.
 *
 *   frame: magic (4), descriptor (1), window (0-1), dictionary id (0-4), content size (0-8),
 *          blocks (3-byte header: last, type, size; content), checksum (0 or 4)
 *   skippable frame: magic 0x184D2A5? (4), size (4), content
 */
export class ZstdFrames {
  #want: 'magic' | 'descriptor' | 'block' | 'skippable' | 'content' = 'magic';
  /** Header bytes still to collect, and the number that the collected ones make, little-endian. */
  #missing = 4;
  #value = 0;
  #collected = 0;
  /** Content bytes to pass over, and what follows them. */
  #passing = 0;
  #lastBlock = false;
  #hasChecksum = false;

  /** Cuts a chunk of the file into pieces none of which goes beyond the end of a frame. */
  *cut(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#want === 'content') {
        const passed = Math.min(this.#passing, chunk.length - at);
        at += passed;
        this.#passing -= passed;
        if (this.#passing > 0) break;
        this.#want = this.#lastBlock ? 'magic' : 'block';
        this.#expect(this.#lastBlock ? 4 : 3);
      } else {
        this.#value += chunk[at]! * 2 ** (8 * this.#collected);
        this.#collected++;
        at++;
        if (--this.#missing === 0) this.#headerComplete();
      }
      if (this.#want === 'magic' && this.#collected === 0) {
        yield chunk.subarray(start, at);
        start = at;
      }
    }
    if (start < at) yield chunk.subarray(start, at);
  }

  #expect(bytes: number): void {
    this.#missing = bytes;
    this.#collected = 0;
    this.#value = 0;
  }

  #headerComplete(): void {
    const value = this.#value;
    switch (this.#want) {
      case 'magic': {
        const skippable = Math.floor(value / 16) === 0x184d2a5;
        this.#want = skippable ? 'skippable' : 'descriptor';
        this.#expect(skippable ? 4 : 1);
        return;
      }
      case 'skippable':
        this.#lastBlock = true;
        this.#pass(value);
        return;
      case 'descriptor':
        this.#hasChecksum = (value & 4) !== 0;
        this.#lastBlock = false;
        this.#pass(restOfHeader(value));
        return;
      case 'block': {
        this.#lastBlock = (value & 1) !== 0;
        // An RLE block (type 1) has one byte of content, whatever its size.
        const content = ((value >>> 1) & 3) === 1 ? 1 : value >>> 3;
        this.#pass(content + (this.#lastBlock && this.#hasChecksum ? 4 : 0));
        return;
      }
    }
  }

  #pass(bytes: number): void {
    this.#passing = bytes;
    this.#want = 'content';
    if (bytes > 0) return;
    this.#want = this.#lastBlock ? 'magic' : 'block';
    this.#expect(this.#lastBlock ? 4 : 3);
  }
}

/** Bytes between the frame header descriptor and the first block (RFC 8878 3.1.1.1). */
function restOfHeader(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const dictionaryId = [0, 1, 2, 4][descriptor & 3]!;
  return (singleSegment ? 0 : 1) + dictionaryId + contentSize;
}
