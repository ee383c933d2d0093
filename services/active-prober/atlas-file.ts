import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ProbeResult } from '#core/contract/probe-results.ts';
import { type OriginOf, readAtlasResult } from '#core/probe/atlas-result.ts';

export interface AtlasFile {
  readonly results: readonly ProbeResult[];
  /** What could not be used, by reason. */
  readonly refused: ReadonlyMap<string, number>;
}

/** A file of stored Atlas results: a JSON array, or JSON lines; gzip or plain. What is said twice is taken once. */
export function readAtlasFile(path: string, originOf: OriginOf): AtlasFile {
  const bytes = readFileSync(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
  const results = new Map<string, ProbeResult>();
  const refused = new Map<string, number>();
  for (const value of valuesOf(text)) {
    const reading = readAtlasResult(value, originOf);
    if (reading.case === 'result') results.set(JSON.stringify(reading.value), reading.value);
    else refused.set(reading.reason, (refused.get(reading.reason) ?? 0) + 1);
  }
  return { results: [...results.values()], refused };
}

function valuesOf(text: string): readonly unknown[] {
  if (text.trimStart().startsWith('[')) {
    const all: unknown = parsed(text);
    return Array.isArray(all) ? all : [undefined];
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parsed);
}

/** Undefined, which is no result, where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
