import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BmpConnection, type BmpConnectionOptions } from './bmp-connection.ts';
import type { LiveFeed } from './live-feed.ts';

/** PEM texts: what the listener shows, and, if routers have to show one too, the CA of their certificates. */
export interface BmpTls {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string | undefined;
}

export interface BmpListenerOptions extends BmpConnectionOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly maxConnections: number;
  /** Without it routers come by TCP alone. */
  readonly tls?: BmpTls | undefined;
  /** For people: routers that come and go. */
  readonly onEvent: (text: string) => void;
}

export const bmpDefaults = { messageMilliseconds: 30_000, maxConnections: 256, collectorAs: 0 } as const;

export interface BmpHealth {
  readonly connections: number;
  /** Connections turned away since there were too many. */
  readonly turnedAway: number;
  /** Connections ended by us, with what they did as the reason. */
  readonly cutOff: ReadonlyMap<string, number>;
}

/** Listens for routers that send BMP over TCP: each is a source, and lost when its connection ends. */
export class BmpListener {
  readonly #options: BmpListenerOptions;
  readonly #live: LiveFeed;
  readonly #server: Server;
  readonly #connections = new Set<BmpConnection>();
  /** Those too with which TLS has not come about. */
  readonly #sockets = new Set<Socket>();
  readonly #bySource = new Map<string, BmpConnection>();
  readonly #cutOff = new Map<string, number>();
  #turnedAway = 0;
  #isPaused = false;

  constructor(options: BmpListenerOptions, live: LiveFeed) {
    this.#options = options;
    this.#live = live;
    this.#server = serverOf(options, (socket) => this.#accept(socket));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // Before it a socket is no connection.
    this.#server.on('tlsClientError', ({ message }: Error, socket: Socket) => {
      this.#count('TLS did not come about');
      if (this.#cutOff.get('TLS did not come about') === 1)
        options.onEvent(`BMP: TLS did not come about with ${socket.remoteAddress}: ${message}`);
      socket.destroy();
    });
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('drop', () => {
      if (this.#turnedAway++ === 0)
        options.onEvent(`BMP: more than ${options.maxConnections} connections: others are turned away`);
    });
  }

  /** Resolves with the port; rejects where it cannot be had. */
  start(): Promise<number> {
    this.#live.onRoom(this.#resume);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#server.once('error', reject);
    this.#server.listen(this.#options.port, this.#options.host, () => {
      this.#server.off('error', reject);
      this.#server.on('error', (error) => this.#options.onEvent(`BMP: ${error.message}`));
      resolve((this.#server.address() as { port: number }).port);
    });
    return promise;
  }

  async stop(): Promise<void> {
    this.#live.offRoom(this.#resume);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#connections) connection.end('');
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  health(): BmpHealth {
    return { connections: this.#connections.size, turnedAway: this.#turnedAway, cutOff: this.#cutOff };
  }

  #accept(socket: Socket): void {
    const listener = {
      onNamed: (connection: BmpConnection) => this.#named(connection),
      onEnded: (connection: BmpConnection, why: string | undefined) => this.#ended(connection, why),
    };
    const connection = new BmpConnection(socket, this.#options, listener, this.#live);
    this.#connections.add(connection);
    if (this.#isPaused) connection.pause();
    socket.on('data', () => {
      if (!this.#isPaused && this.#live.isFull) this.#pause();
    });
  }

  /** A router that comes again while its old connection is still there has lost that one. */
  #named(connection: BmpConnection): void {
    const { source } = connection;
    const before = this.#bySource.get(source);
    this.#bySource.set(source, connection);
    if (before !== undefined) {
      before.end('came again');
      this.#live.lose(source);
    }
    this.#options.onEvent(`BMP: ${source} connected`);
  }

  #ended(connection: BmpConnection, why: string | undefined): void {
    this.#connections.delete(connection);
    const { source } = connection;
    if (why !== undefined && why !== '') this.#count(why);
    if (source !== '' && this.#bySource.get(source) === connection) {
      this.#bySource.delete(source);
      this.#live.lose(source);
      this.#options.onEvent(
        `BMP: ${source} is gone (${why || 'closed'}); its peers are unknown until it comes again`,
      );
    }
  }

  #count(why: string): void {
    this.#cutOff.set(why, (this.#cutOff.get(why) ?? 0) + 1);
  }

  #pause(): void {
    this.#isPaused = true;
    for (const connection of this.#connections) connection.pause();
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    for (const connection of this.#connections) connection.resume();
  };
}

function serverOf(
  { tls, messageMilliseconds }: BmpListenerOptions,
  accept: (socket: Socket) => void,
): Server {
  if (tls === undefined) return createServer({ noDelay: true }, accept);
  const { certificate: cert, key, ca } = tls;
  const asksForCertificate = ca !== undefined;
  return createTlsServer(
    {
      noDelay: true,
      cert,
      key,
      ...(asksForCertificate && { ca }),
      requestCert: asksForCertificate,
      rejectUnauthorized: asksForCertificate,
      handshakeTimeout: messageMilliseconds,
    },
    accept,
  );
}
