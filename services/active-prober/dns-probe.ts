import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { dnsQuery, dnsResponseCode } from './dns-query.ts';
import {
  type Answer,
  answerOfError,
  noReply,
  type ProbeOptions,
  reply,
  sourceFor,
  type Target,
  wrongReply,
} from './probe.ts';

type DnsTarget = Extract<Target, { kind: 'dns' }>;

/** One query over UDP to the server itself. Any response code is a reply: the server is there. */
export function probeDns(target: DnsTarget, options: ProbeOptions): Promise<Answer> {
  const { address, port, name, timeoutSeconds } = target;
  const query = dnsQuery(randomInt(0x1_0000), name);
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const began = performance.now();
  return new Promise((resolve) => {
    let strange = false;
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(
      () => end(strange ? wrongReply(began, 'an answer to another question') : noReply()),
      timeoutSeconds * 1000,
    );
    socket.on('error', (error) => end(answerOfError(error, began)));
    socket.on('message', (message) => {
      const code = dnsResponseCode(message, query);
      if (code === undefined) strange = true;
      else end(reply(began, code));
    });
    const send = (): void => {
      // Connected: so a refusal is heard, and nobody else's packets are.
      socket.connect(port, address, (error?: Error) => {
        if (error) end(answerOfError(error, began));
        else socket.send(query);
      });
    };
    const source = sourceFor(address, options);
    if (source === undefined) send();
    else socket.bind({ address: source }, send);
  });
}
