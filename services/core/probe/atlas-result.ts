import type { ProbeResult } from '../contract/probe-results.ts';
import { uint32Of } from '../ris-live/fields.ts';

/**
 * Results of RIPE Atlas, of any firmware, as they are stored and streamed: one JSON object a result. Firmware 4460 renamed fields, and
 * before 4400 numbers may be text. A field that is not known is ignored.
 */
export type AtlasReading =
  | { readonly case: 'result'; readonly value: ProbeResult }
  /** A reason of a closed list. */
  | { readonly case: 'refused'; readonly reason: 'atlas-not-a-result' | 'atlas-unknown-type' };

/** The origin AS of an address, 0 where it is not known. */
export type OriginOf = (address: string) => number;

type Fields = Readonly<Record<string, unknown>>;
type Told = Pick<ProbeResult, 'outcome' | 'rttMicroseconds' | 'detail'>;

export function readAtlasResult(input: unknown, originOf: OriginOf): AtlasReading {
  if (!isFields(input)) return notAResult;
  const probe = numberOf(input.prb_id);
  const eventSecond = secondOf(input);
  if (probe === undefined || eventSecond === undefined) return notAResult;
  const base = { prober: `atlas:${probe}`, eventSecond, controller: '' };
  if (input.type === 'connection') return connectionOf(input, base);
  const kind = typeof input.type === 'string' ? kinds.get(input.type) : undefined;
  if (kind === undefined) return { case: 'refused', reason: 'atlas-unknown-type' };
  const targetAddress = textOf(input.dst_addr) || textOf(input.addr) || dnsTarget(input);
  const told = targetAddress === '' ? proberError(errorIn(input)) : tell(kind, input, targetAddress);
  const originAs = targetAddress === '' ? 0 : originOf(targetAddress);
  return { case: 'result', value: { ...base, kind, targetAddress, originAs, ...told } };
}

const notAResult: AtlasReading = { case: 'refused', reason: 'atlas-not-a-result' };
const kinds = new Map([
  ['ping', 'ping'],
  ['traceroute', 'tracerouteEnd'],
  ['http', 'http'],
  ['dns', 'dns'],
] as const) as ReadonlyMap<string, 'ping' | 'tracerouteEnd' | 'http' | 'dns'>;

/** A probe whose clock was never set (lts -1) says when it was stored instead, where that is known. */
function secondOf(input: Fields): number | undefined {
  const own = numberOf(input.timestamp);
  const second = numberOf(input.lts) === -1 ? (numberOf(input.stored_timestamp) ?? own) : own;
  return second !== undefined && second > 0 && second < 2 ** 32 ? Math.floor(second) : undefined;
}

function connectionOf(input: Fields, base: Pick<ProbeResult, 'prober' | 'eventSecond'>): AtlasReading {
  if (input.event !== 'connect' && input.event !== 'disconnect') return notAResult;
  return {
    case: 'result',
    value: {
      ...base,
      kind: 'atlasConnection',
      targetAddress: textOf(input.prefix),
      originAs: uint32Of(input.asn) ?? 0,
      outcome: input.event === 'connect' ? 'reply' : 'noReply',
      rttMicroseconds: 0,
      controller: textOf(input.controller),
      detail: '',
    },
  };
}

function tell(kind: 'ping' | 'tracerouteEnd' | 'http' | 'dns', input: Fields, target: string): Told {
  switch (kind) {
    case 'ping':
      return tellPing(input);
    case 'tracerouteEnd':
      return tellTraceroute(input, target);
    case 'http':
      return tellHttp(input);
    case 'dns':
      return tellDns(input);
  }
}

/** `rcvd` counts replies in time; the best of their round-trip times is told, in ms. */
function tellPing(input: Fields): Told {
  const packets = listOf(input.result);
  if (packets.length > 0 && packets.every(({ error }) => error !== undefined))
    return proberError(textOf(packets[0]!.error));
  if ((numberOf(input.sent) ?? 0) === 0) return proberError('nothing sent');
  if ((numberOf(input.rcvd) ?? 0) === 0) return noReply;
  return reply(numberOf(input.min));
}

/** The target replied if any packet of any hop came from it. What the probe itself or its first hop refuses says nothing of the target. */
function tellTraceroute(input: Fields, target: string): Told {
  const hops = listOf(input.result);
  const packets = hops.flatMap((hop) =>
    listOf(hop.result).map((packet) => ({ hop: numberOf(hop.hop), packet })),
  );
  const own = packets.find(({ packet }) => packet.from === target && packet.err === undefined);
  if (own !== undefined) return reply(numberOf(own.packet.rtt));
  const failed = hops.find(({ error }) => error !== undefined);
  if (failed !== undefined) return proberError(textOf(failed.error));
  const refused = packets.find(({ hop, packet }) => hop === 1 && packet.err !== undefined);
  if (refused !== undefined && packets.every(({ hop }) => hop === 1))
    return proberError(`unreachable (${wordOf(refused.packet.err)}) from the first hop on`);
  return noReply;
}

function tellHttp(input: Fields): Told {
  const [answer] = listOf(input.result);
  const status = numberOf(answer?.res);
  if (status !== undefined) return { ...reply(numberOf(answer!.rt)), detail: `HTTP status ${status}` };
  const problem = textOf(answer?.err);
  return /resol|bind|socket/i.test(problem) ? proberError(problem) : { ...noReply, detail: problem };
}

function tellDns(input: Fields): Told {
  const answers = isFields(input.result) ? [input] : listOf(input.resultset);
  for (const { result } of answers)
    if (isFields(result) && numberOf(result.rt) !== undefined) return reply(numberOf(result.rt));
  const error = [input, ...answers].map((one) => one.error).find(isFields);
  if (error === undefined || error.timeout !== undefined) return noReply;
  return proberError(Object.keys(error)[0] ?? '');
}

/** A measurement by several resolvers says the address in each of its answers. */
const dnsTarget = (input: Fields): string => textOf(listOf(input.resultset)[0]?.dst_addr);

const errorIn = (input: Fields): string => textOf(listOf(input.result)[0]?.error) || 'no address was probed';

const noReply: Told = { outcome: 'noReply', rttMicroseconds: 0, detail: '' };
const proberError = (detail: string): Told => ({ outcome: 'proberError', rttMicroseconds: 0, detail });
const reply = (milliseconds: number | undefined): Told => ({
  outcome: 'reply',
  rttMicroseconds: Math.min(Math.round(Math.max(0, milliseconds ?? 0) * 1000), 0xffff_ffff),
  detail: '',
});

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** "!H", or a number of ICMP. */
const wordOf = (value: unknown): string => textOf(value) || `${numberOf(value) ?? '?'}`;

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
