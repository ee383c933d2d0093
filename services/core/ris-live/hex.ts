/** Values of the characters "0-9A-Fa-f"; 255 of all others. */
const values = new Uint8Array(128).fill(255);
for (let digit = 0; digit < 16; digit++) {
  values[digit.toString(16).charCodeAt(0)] = digit;
  values[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Writes the octets that `text` spells and returns the offset after them; -1 where it is not hex, or longer than `into`. */
export function writeHex(text: string, into: Uint8Array, at: number): number {
  const { length } = text;
  if (length % 2 !== 0 || at + length / 2 > into.length) return -1;
  let bad = 0;
  let to = at;
  for (let i = 0; i < length; i += 2) {
    const high = text.charCodeAt(i);
    const low = text.charCodeAt(i + 1);
    // What lies outside of the table is read as something that is no digit.
    const octet = (values[high & 127]! << 4) | values[low & 127]!;
    bad |= octet | ((high | low) & ~127);
    into[to++] = octet;
  }
  return bad > 255 ? -1 : to;
}
