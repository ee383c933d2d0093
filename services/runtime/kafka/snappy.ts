import snappy from 'snappyjs';

/** A batch is not unpacked to more: brokers take 1 MB, which Snappy makes at most 21 times as large. */
const unpackedBytesMax = 64 * 1024 * 1024;
/** librdkafka packs a batch as one block; Java as blocks, each behind its length (4 octets), and all behind a header. */
const streamMagic = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic, and two versions of 4 octets. */
const streamHeaderBytes = 16;

/** A batch that others packed with Snappy, as collectors of BMP do. Throws where it is damaged. */
export function unpackSnappy(packed: Buffer): Buffer {
  if (!packed.subarray(0, streamMagic.length).equals(streamMagic))
    return snappy.uncompress(packed, unpackedBytesMax);
  const blocks: Buffer[] = [];
  let room = unpackedBytesMax;
  for (let at = streamHeaderBytes; at < packed.length; ) {
    const end = at + 4 + packed.readInt32BE(at);
    if (end <= at || end > packed.length) throw new RangeError('a block of Snappy ends outside of its batch');
    const block = snappy.uncompress(packed.subarray(at + 4, end), room);
    room -= block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}
