declare module 'seek-bzip' {
  interface SeekBzip {
    /** Throws TypeError at damage; what was decoded before has been written. */
    decode(
      input: {
        readByte(): number;
        read(buffer: Uint8Array, offset: number, length: number): number;
        /** Asked after each stream: is there another? */
        eof(): boolean;
      },
      output: { writeByte(byte: number): void },
      multistream: boolean,
    ): void;
  }
  const seekBzip: SeekBzip;

  // biome-ignore lint/style/noDefaultExport: a CommonJS module is imported as its default.
  export default seekBzip;
}
