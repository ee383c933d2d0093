/** Values of the characters "0-9A-Fa-f"; 255 of all others. */
const values = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) {
  values[digit.toString(16).charCodeAt(0)] = digit;
  values[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Writes the octets that the characters in [start, end) spell to `into` from `at` on, up to what is not hex or has no room, and returns how many. */
export function writeHex(
  characters: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  const most = Math.min((end - start) >> 1, into.length - at);
  for (let count = 0; count < most; count++) {
    const place = start + 2 * count;
    const high = values[characters[place]!]!;
    const low = values[characters[place + 1]!]!;
    if ((high | low) > 15) return count;
    into[at + count] = (high << 4) | low;
  }
  return most;
}
