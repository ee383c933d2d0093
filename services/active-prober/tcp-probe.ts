import { connect } from 'node:net';
import {
  type Answer,
  answerOfError,
  noReply,
  type ProbeOptions,
  reply,
  sourceFor,
  type Target,
} from './probe.ts';

type TcpTarget = Extract<Target, { kind: 'tcp' }>;

/** A TCP handshake; nothing is sent. */
export function probeTcp(target: TcpTarget, options: ProbeOptions): Promise<Answer> {
  const { address: host, port, timeoutSeconds } = target;
  const localAddress = sourceFor(host, options);
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(localAddress !== undefined && { localAddress }) });
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(noReply()), timeoutSeconds * 1000);
    socket.once('connect', () => end(reply(began)));
    socket.on('error', (error) => end(answerOfError(error, began)));
  });
}
