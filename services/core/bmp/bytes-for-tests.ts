/** BMP messages and the BGP messages in them as bytes, for tests. */
const octets16 = (value: number): number[] => [value >>> 8, value & 255];
export const octets32 = (value: number): number[] => [...octets16(value >>> 16), ...octets16(value & 0xffff)];

export interface TestPeer {
  readonly type?: number;
  readonly flags?: number;
  readonly distinguisher?: number;
  /** Four octets. */
  readonly address?: readonly number[];
  readonly asn?: number;
  readonly second?: number;
}

export const received = 1_700_000_000;

export function bmpMessage(type: number, body: readonly number[], version: number = 3): number[] {
  return [version, ...octets32(6 + body.length), type, ...body];
}

export function ofPeer(type: number, peer: TestPeer, data: readonly number[]): number[] {
  const { flags = 0, distinguisher = 0, address = [192, 0, 2, 1], asn = 64_500, second = received } = peer;
  const header = [peer.type ?? 0, flags, ...octets32(0), ...octets32(distinguisher)];
  header.push(...new Array<number>(12).fill(0), ...address, ...octets32(asn), 10, 0, 0, 1);
  return bmpMessage(type, [...header, ...octets32(second), ...octets32(7), ...data]);
}

export function bgpMessage(type: number, body: readonly number[]): number[] {
  return [...new Array<number>(16).fill(255), ...octets16(19 + body.length), type, ...body];
}

/** An UPDATE that announces 198.51.100.0/24 on a path of one AS_SEQUENCE; `nlri` replaces the prefix. */
export function update(
  path: readonly number[],
  { asnBytes = 4, nlri = [24, 198, 51, 100], extended = false } = {},
): number[] {
  const numbers = path.flatMap((asn) => (asnBytes === 4 ? octets32(asn) : octets16(asn)));
  const segment = path.length === 0 ? [] : [2, path.length, ...numbers];
  const asPath = extended
    ? [0x50, 2, ...octets16(segment.length), ...segment]
    : [0x40, 2, segment.length, ...segment];
  const attributes = [0x40, 1, 1, 0, ...asPath, 0x40, 3, 4, 192, 0, 2, 1];
  return bgpMessage(2, [0, 0, ...octets16(attributes.length), ...attributes, ...nlri]);
}

/** An OPEN of this AS with capabilities given as code and value. */
export function open(
  asn: number,
  capabilities: readonly (readonly [number, readonly number[]])[] = [],
): number[] {
  const all = [[65, octets32(asn)] as const, ...capabilities];
  const list = all.flatMap(([code, value]) => [code, value.length, ...value]);
  const parameters = [2, list.length, ...list];
  return bgpMessage(1, [4, ...octets16(asn), 0, 180, 10, 0, 0, 1, parameters.length, ...parameters]);
}

/** ADD-PATH for IPv4 unicast. */
export const addPathIpv4 = (sendReceive: number) => [69, [0, 1, 1, sendReceive]] as const;

export function peerUp(
  peer: TestPeer,
  sent: readonly number[],
  got: readonly number[],
  remotePort = 179,
): number[] {
  const session = [
    ...new Array<number>(12).fill(0),
    192,
    0,
    2,
    2,
    ...octets16(40_000),
    ...octets16(remotePort),
  ];
  return ofPeer(3, peer, [...session, ...sent, ...got]);
}
