import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ClusterConfig } from './mended-kafkajs.ts';

/** Where the brokers are, and who asks. */
export interface KafkaOptions {
  /** "host:port" of some of the brokers; they name the others. */
  readonly brokers: readonly string[];
  /** What brokers' logs and quotas call this program. */
  readonly clientId: string;
  /** Put before the names of all topics and groups: "steadybeat." */
  readonly prefix: string;
  readonly tls?: TlsOptions;
  readonly sasl?: SaslOptions;
  /** A member that was not heard of for so long loses its partitions to others. Default: 6 s. */
  readonly sessionTimeoutMs?: number;
  /** How often it is heard of, and how soon it hears that members came or went. Default: 1 s. */
  readonly heartbeatIntervalMs?: number;
  readonly onEvent?: (event: KafkaEvent) => void;
}

/** PEM texts. Without a CA those that Node trusts count; certificate and key are this program's own, where brokers ask for them. */
export interface TlsOptions {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface SaslOptions {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** For logs and metrics. */
export type KafkaEvent =
  /** Something does not work now and is tried again, for ever; told once, until it works again. */
  | { readonly case: 'waiting'; readonly doing: string; readonly reason: string }
  | { readonly case: 'resumed'; readonly doing: string }
  /** After a rebalance: what this member now owns of the group's partitions. */
  | { readonly case: 'joined'; readonly group: string; readonly partitions: number }
  /** The group's coordinator has heard this member. */
  | { readonly case: 'heartbeat'; readonly group: string };

export const sessionTimeoutMsDefault = 6_000;
export const heartbeatIntervalMsDefault = 1_000;
const connectionTimeoutMs = 3_000;

/** What kafkajs is told; `onSocket` gets every connection that it opens. */
export function clusterConfig(options: KafkaOptions, onSocket: (socket: Socket) => void): ClusterConfig {
  const { brokers, clientId, tls, sasl } = options;
  return {
    brokers,
    clientId,
    connectionTimeout: connectionTimeoutMs,
    // A few quick tries, so that each address gets one; whoever asks tries again.
    retry: { retries: Math.max(2, brokers.length), initialRetryTime: 100, maxRetryTime: 500 },
    ...(tls && { ssl: { ca: tls.ca, cert: tls.certificate, key: tls.key } }),
    ...(sasl && { sasl }),
    socketFactory: ({ host, port, ssl, onConnect }) => {
      const address = { host, port, noDelay: true, keepAlive: true };
      // A server name must not be an address.
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl
        ? tlsConnect({ ...address, ...name, ...ssl }, onConnect)
        : tcpConnect(address, onConnect);
      onSocket(socket);
      return socket;
    },
  } as ClusterConfig;
}
