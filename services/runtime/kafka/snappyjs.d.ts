/** The part of snappyjs that is used; it comes without types. */
declare module 'snappyjs' {
  const snappy: {
    /** Throws where the block is not whole, or says that it unpacks to more than `maxLength` octets. */
    uncompress(block: Buffer, maxLength?: number): Buffer;
    compress(bytes: Buffer): Buffer;
  };
  // biome-ignore lint/style/noDefaultExport: a CommonJS package has no other.
  export default snappy;
}
