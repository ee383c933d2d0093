declare module 'seek-bzip' {
  interface SeekBzip {
    /** Throws TypeError at damage; what was decoded before has been written. */
    decode(
      input: { readByte(): number; read(buffer: Uint8Array, offset: number, length: number): number },
      output: { writeByte(byte: number): void },
      multistream: boolean,
    ): void;
  }
  const seekBzip: SeekBzip;

  export { seekBzip as default };
}
