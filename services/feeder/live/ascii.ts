const encoder = new TextEncoder();

/** Writes the characters of a text, each as an octet. False where it has others than ASCII's, or more than there is room for. */
export function writeAscii(text: string, into: Uint8Array): boolean {
  const { read, written } = encoder.encodeInto(text, into);
  return read === text.length && written === read;
}
