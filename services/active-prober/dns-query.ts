/** DNS messages (RFC 1035 4.1): one question of type A and class IN, as far as a probe needs them. */
const headerBytes = 12;
const recursionDesired = 0x0100;
const isResponse = 0x8000;
const typeA = 1;
const classIn = 1;

/** Throws RangeError where the name is none. */
export function dnsQuery(id: number, name: string): Uint8Array {
  const labels = name.replace(/\.$/, '').split('.');
  if (
    labels.some((label) => label.length === 0 || label.length > 63 || !/^[\x21-\x7e]+$/.test(label)) ||
    name.length > 253
  )
    throw new RangeError(`${name} is not a domain name`);
  const question = labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  const tail = [0, 0, typeA, 0, classIn];
  const message = Buffer.alloc(headerBytes);
  message.writeUInt16BE(id, 0);
  message.writeUInt16BE(recursionDesired, 2);
  message.writeUInt16BE(1, 4);
  return Buffer.concat([message, Buffer.from([...question, ...tail])]);
}

/** "NOERROR" and the like (RFC 1035 4.1.1); undefined where the message answers another question, or none. */
export function dnsResponseCode(message: Uint8Array, query: Uint8Array): string | undefined {
  const [answer, asked] = [Buffer.from(message), Buffer.from(query)];
  if (answer.length < asked.length || answer.readUInt16BE(0) !== asked.readUInt16BE(0)) return undefined;
  const flags = answer.readUInt16BE(2);
  if ((flags & isResponse) === 0) return undefined;
  const question = (bytes: Buffer) => bytes.toString('latin1', headerBytes, asked.length).toLowerCase();
  if (question(answer) !== question(asked)) return undefined;
  return codes[flags & 15] ?? `RCODE ${flags & 15}`;
}

const codes: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
