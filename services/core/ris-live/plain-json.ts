/**
 * Passes over JSON (RFC 8259) without making anything of it. Only what is plain is known here: no blanks between values, no
 * escapes in texts, no signs, exponents, true, false or null. Each function takes where something begins, and gives where it ends; -1
 * where it is not plain, or not JSON.
 */

/** Lists and objects in each other. */
const deepest = 4;

const quote = 0x22;
const comma = 0x2c;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
/** Below are control characters, which a text has only as escapes. */
const blank = 0x20;

export function valueEnd(bytes: Uint8Array, start: number, depth: number = 0): number {
  switch (bytes[start]) {
    case quote:
      return textEnd(bytes, start);
    case openBracket:
      return depth === deepest ? -1 : listEnd(bytes, start, depth + 1);
    case openBrace:
      return depth === deepest ? -1 : objectEnd(bytes, start, depth + 1);
    default:
      return numberEnd(bytes, start);
  }
}

/** Of the name of a member and the colon after it. */
export function nameEnd(bytes: Uint8Array, start: number): number {
  const end = textEnd(bytes, start);
  return end > 0 && bytes[end] === colon ? end + 1 : -1;
}

function textEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== quote) return -1;
  for (let at = start + 1; at < bytes.length; at++) {
    const code = bytes[at]!;
    if (code === quote) return at + 1;
    if (code < blank || code === backslash) return -1;
  }
  return -1;
}

function listEnd(bytes: Uint8Array, start: number, depth: number): number {
  if (bytes[start + 1] === closeBracket) return start + 2;
  let at = start;
  do {
    at = valueEnd(bytes, at + 1, depth);
  } while (bytes[at] === comma);
  return bytes[at] === closeBracket ? at + 1 : -1;
}

function objectEnd(bytes: Uint8Array, start: number, depth: number): number {
  if (bytes[start + 1] === closeBrace) return start + 2;
  let at = start;
  do {
    const valueAt = nameEnd(bytes, at + 1);
    at = valueAt < 0 ? -1 : valueEnd(bytes, valueAt, depth);
  } while (bytes[at] === comma);
  return bytes[at] === closeBrace ? at + 1 : -1;
}

function numberEnd(bytes: Uint8Array, start: number): number {
  const end = digitsEnd(bytes, start);
  if (end === start || (end > start + 1 && bytes[start] === zero)) return -1;
  if (bytes[end] !== dot) return end;
  const fractionEnd = digitsEnd(bytes, end + 1);
  return fractionEnd === end + 1 ? -1 : fractionEnd;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  let code = bytes[at]!;
  while (code >= zero && code <= nine) code = bytes[++at]!;
  return at;
}
