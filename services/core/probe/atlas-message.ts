import type { ProbeResult } from '../contract/probe-results.ts';
import type { EventSecond } from '../event-time.ts';
import { numberOf, readAtlasResult } from './atlas-result.ts';

/** A message of the RIPE Atlas stream: a JSON array of its type and what it says. */
export type AtlasMessage =
  | { readonly case: 'result'; readonly value: ProbeResult }
  /** What was subscribed to, or another thing that is no result. */
  | { readonly case: 'control' }
  /** What the server says is wrong. */
  | { readonly case: 'error'; readonly text: string }
  /** A reason of a closed list. */
  | { readonly case: 'refused'; readonly reason: string };

/** A probe that was cut off sends later what it measured meanwhile: of itself, and long ago. */
const oldestSeconds = 900;
const futureSeconds = 60;
const longestError = 300;

/** Whose an address is that is listed as one of an AS. */
export type ListedOriginOf = (address: string, listedAs: number) => number;

/** What measurements say. */
export interface AtlasOrigins {
  /** Of each measurement that was subscribed to, the AS of its target as it is listed. */
  readonly origins: ReadonlyMap<number, number>;
  readonly originOf: ListedOriginOf;
}

export function readAtlasMessage(text: string, origins: AtlasOrigins, nowSecond: EventSecond): AtlasMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return refused('atlas-not-json');
  }
  if (!Array.isArray(message)) return refused('atlas-not-a-message');
  const [type, payload] = message as unknown[];
  switch (type) {
    case 'atlas_result':
      return resultOf(payload, origins, nowSecond);
    case 'atlas_probestatus':
      return resultOf(payload, undefined, nowSecond);
    case 'atlas_subscribed':
    case 'atlas_unsubscribed':
    case 'atlas_metadata':
      return { case: 'control' };
    case 'atlas_error':
      return { case: 'error', text: payloadText(text) };
    default:
      return refused('atlas-unknown-message');
  }
}

/** What stands behind the type, as it came: writing it anew would go as deep as it does. */
function payloadText(text: string): string {
  const comma = text.indexOf(',');
  return comma < 0
    ? ''
    : text
        .slice(comma + 1, text.lastIndexOf(']'))
        .trim()
        .slice(0, longestError);
}

/** Without `told` only connections are expected. */
function resultOf(payload: unknown, told: AtlasOrigins | undefined, nowSecond: EventSecond): AtlasMessage {
  const measurement = (payload as { readonly msm_id?: unknown } | null)?.msm_id;
  const listedAs = told?.origins.get(numberOf(measurement) ?? -1);
  if (told !== undefined && listedAs === undefined) return refused('atlas-other-measurement');
  const reading = readAtlasResult(payload, (address) => told?.originOf(address, listedAs!) ?? 0);
  if (reading.case === 'refused') return reading;
  const { kind, eventSecond } = reading.value;
  if ((kind === 'atlasConnection') !== (told === undefined)) return refused('atlas-not-a-result');
  if (eventSecond > nowSecond + futureSeconds) return refused('atlas-future-time');
  if (eventSecond < nowSecond - oldestSeconds) return refused('atlas-too-old');
  return reading;
}

const refused = (reason: string): AtlasMessage => ({ case: 'refused', reason });
