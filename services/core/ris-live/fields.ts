/**
 * A RIS Live message as JSON has it: nothing of it is sure to be there, or of the type that the manual says. The shapes
 * that were seen in the wild:
 *   now    {type: "ris_message", data: {host, peer, peer_asn, timestamp, type: "UPDATE", path, announcements, ..., raw}}
 *   2018   {host, peer, peer_asn, timestamp, type: "A" or "W", prefix, path, next_hop, body}, one for each prefix
 */
export interface MessageFields {
  readonly host?: unknown;
  readonly peer?: unknown;
  /** Text or number. */
  readonly peer_asn?: unknown;
  readonly timestamp?: unknown;
  readonly type?: unknown;
  readonly id?: unknown;
  /** The whole BGP message as hex; only where the client asked for it. */
  readonly raw?: unknown;
  /** The same without the message header (2018). */
  readonly body?: unknown;
  readonly path?: unknown;
  readonly origin?: unknown;
  readonly med?: unknown;
  readonly community?: unknown;
  readonly aggregator?: unknown;
  readonly announcements?: unknown;
  readonly withdrawals?: unknown;
  /** Of RIS_PEER_STATE. */
  readonly state?: unknown;
  /** Of 2018. */
  readonly prefix?: unknown;
  readonly next_hop?: unknown;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Elements of an array; none where it is absent, or no array. */
export const elementsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An integer below 2^32, given as a number or as text; undefined where it is none. */
export function uint32Of(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 2 ** 32
    ? number
    : undefined;
}
