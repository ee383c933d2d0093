/**
 * TCP streams of a pcap file (draft-ietf-opsawg-pcap) with Ethernet frames: enough for captures of BMP and BGP sessions.
 * Segments are put in order by their sequence numbers; a stream begins where the capture does.
 */
const fileHeaderBytes = 24;
const packetHeaderBytes = 16;
const ethernetBytes = 14;
const tcp = 6;
const syn = 0x02;

/** More bytes of one direction of a connection, in the order of the capture. */
export interface StreamBytes {
  /** Addresses and ports, as hex. */
  readonly stream: string;
  readonly bytes: Uint8Array;
  /** When the packet was captured, seconds since 1970. */
  readonly second: number;
}

interface Direction {
  next: number;
  /** Segments that came early, by sequence number. */
  readonly early: Map<number, Buffer>;
}

export function* streamsOf(file: Buffer): Iterable<StreamBytes> {
  const directions = new Map<string, Direction>();
  for (let at = fileHeaderBytes; at + packetHeaderBytes <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const packet = file.subarray(at + packetHeaderBytes, at + packetHeaderBytes + length);
    const second = file.readUInt32LE(at);
    at += packetHeaderBytes + length;
    const segment = segmentOf(packet);
    if (segment === undefined) continue;
    const { stream, sequence, flags, data } = segment;
    const begins = (flags & syn) !== 0;
    const direction = directions.get(stream) ?? {
      next: (sequence + (begins ? 1 : 0)) >>> 0,
      early: new Map(),
    };
    directions.set(stream, direction);
    if (data.length > 0) direction.early.set(sequence, data);
    for (const bytes of inOrder(direction)) yield { stream, bytes, second };
  }
}

function* inOrder(direction: Direction): Iterable<Buffer> {
  for (;;) {
    const data = direction.early.get(direction.next);
    if (data === undefined) return;
    direction.early.delete(direction.next);
    direction.next = (direction.next + data.length) >>> 0;
    yield data;
  }
}

function segmentOf(packet: Buffer) {
  const ip = packet.subarray(ethernetBytes);
  const isIpv4 = packet.readUInt16BE(12) === 0x0800;
  const isIpv6 = packet.readUInt16BE(12) === 0x86dd;
  if (!(isIpv4 && ip[9] === tcp) && !(isIpv6 && ip[6] === tcp)) return undefined;
  const end = isIpv4 ? ip.readUInt16BE(2) : 40 + ip.readUInt16BE(4);
  const at = isIpv4 ? (ip[0]! & 15) * 4 : 40;
  const addresses = isIpv4 ? ip.subarray(12, 20) : ip.subarray(8, 40);
  const stream = `${addresses.toString('hex')} ${ip.subarray(at, at + 4).toString('hex')}`;
  const data = ip.subarray(at + (ip[at + 12]! >> 4) * 4, end);
  return { stream, sequence: ip.readUInt32BE(at + 4), flags: ip[at + 13]!, data };
}

/** The messages of all streams in the order in which their last octets came; `lengthOf` tells the length from the first octets. */
export function messagesOf(
  file: Buffer,
  headerBytes: number,
  lengthOf: (header: Buffer) => number,
): { stream: string; message: Buffer; second: number }[] {
  const pending = new Map<string, Buffer>();
  const messages: { stream: string; message: Buffer; second: number }[] = [];
  for (const { stream, bytes, second } of streamsOf(file)) {
    let rest = Buffer.concat([pending.get(stream) ?? Buffer.alloc(0), bytes]);
    while (rest.length >= headerBytes && rest.length >= lengthOf(rest)) {
      const length = lengthOf(rest);
      messages.push({ stream, message: rest.subarray(0, length), second });
      rest = rest.subarray(length);
    }
    pending.set(stream, rest);
  }
  return messages;
}
