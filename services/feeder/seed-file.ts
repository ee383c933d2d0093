import { statSync } from 'node:fs';
import { parsePrefix } from '#core/address-text.ts';
import { type MrtPeer, MrtWriter } from '#core/mrt/writer.ts';
import type { InputEvent, InputEvents } from '#runtime/input/input.ts';
import { openInput } from '#runtime/input/open-input.ts';
import type { MrtFile } from './mrt-file.ts';

export const seedSource = 'seed';
/** Who tells a table of which only the origins are known. It is no peer: a seed votes for nothing. */
const nobody: MrtPeer = { asn: 0, address: [0] };
const chunkBytes = 256 * 1024;

/** A table to start from: a RIB, or prefixes with their origins in pyasn's format ("192.0.2.0/24<tab>64500", ";" comments). */
export function seedFile(path: string): MrtFile {
  return {
    name: path,
    source: seedSource,
    isSeed: true,
    isOnDisk: true,
    bytes: statSync(path).size,
    open: () => openSeed(path),
  };
}

async function* openSeed(path: string): InputEvents {
  const events = openInput(path);
  const first = await events.next();
  if (first.done) return;
  const isText = first.value.case === 'chunk' && looksLikeText(first.value.bytes);
  const rest = afterFirst(first.value, events);
  yield* isText ? fromPrefixTable(rest) : rest;
}

async function* afterFirst(first: InputEvent, events: InputEvents): InputEvents {
  try {
    yield first;
    yield* events;
  } finally {
    await events.return();
  }
}

/** An MRT header has octets of 0. */
const looksLikeText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 64).includes(0);

/** A table dump with one peer, from lines of text; lines that say nothing of a prefix are left out. */
async function* fromPrefixTable(events: InputEvents): InputEvents {
  const writer = new MrtWriter(0);
  const decoder = new TextDecoder('latin1');
  let count = 0;
  let text = '';
  let fileBytesRead = 0;
  writer.peerIndexTable(0, 0, 'prefix-to-AS', [nobody]);
  const take = () => ({ case: 'chunk', bytes: writer.take(), fileBytesRead }) as const;
  const addLine = (line: string) => {
    const [prefixText, asText] = line.trim().split(/\s+/);
    const prefix = parsePrefix(prefixText ?? '');
    const asn = Number(asText);
    if (prefix === undefined || !Number.isInteger(asn) || asn < 0 || asn >= 2 ** 32) return;
    writer.rib(0, count++, prefix, [nobody], [{ peerIndex: 0, originatedSecond: 0, path: [asn] }]);
  };
  for await (const event of events) {
    if (event.case === 'failure') {
      yield take();
      yield event;
      return;
    }
    fileBytesRead = event.fileBytesRead;
    const lines = (text + decoder.decode(event.bytes, { stream: true })).split('\n');
    text = lines.pop()!;
    for (const line of lines) addLine(line);
    if (writer.length >= chunkBytes) yield take();
  }
  addLine(text);
  yield take();
}
