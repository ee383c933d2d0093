import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { BmpConnection, type BmpConnectionOptions } from './bmp-connection.ts';
import { type BmpGuest, BmpPlaces, type BmpPlacesOptions, type TurnedAway } from './bmp-places.ts';
import type { LiveFeed } from './live-feed.ts';

/** PEM texts: what the listener shows, and, if routers have to show one too, the CA of their certificates. */
export interface BmpTls {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string | undefined;
}

export interface BmpListenerOptions extends BmpConnectionOptions, BmpPlacesOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Who has told nothing of any peer for so long is cut off, however many places are left. */
  readonly tellMilliseconds: number;
  /** Without it routers come by TCP alone. */
  readonly tls?: BmpTls | undefined;
  /** For people: routers that come and go. */
  readonly onEvent: (text: string) => void;
}

export const bmpDefaults = {
  messageMilliseconds: 30_000,
  tellMilliseconds: 600_000,
  scarceMilliseconds: 10_000,
  maxConnections: 256,
  maxConnectionsOfAddress: 16,
  collectorAs: 0,
} as const;

/** Why connections are ended here. */
const untold = 'told nothing of any peer';
const noTls = 'TLS did not come about';
const gavePlace = 'told nothing of any peer, and gave its place to another';
/** Being turned away is told so often at most. */
const tellTurnedAwayMilliseconds = 60_000;
/** Reasons of its own system that a connection ended for: few, but nobody says how many. */
const maxReasons = 32;

export interface BmpHealth {
  readonly connections: number;
  /** Messages that told something of a peer. */
  readonly messages: number;
  /** Messages whose per-peer time was not believed. */
  readonly replacedTimes: number;
  /** Times that reading was paused since the log was full. */
  readonly pauses: number;
  /** Connections turned away since there were too many. */
  readonly turnedAway: ReadonlyMap<TurnedAway, number>;
  /** Connections ended by us, with what they did as the reason. */
  readonly cutOff: ReadonlyMap<string, number>;
}

/** Listens for routers that send BMP over TCP: each is a source, and lost when its connection ends. */
export class BmpListener {
  readonly #options: BmpListenerOptions;
  readonly #live: LiveFeed;
  readonly #server: Server;
  readonly #connections = new Set<BmpConnection>();
  readonly #places: BmpPlaces;
  /** By both ends' addresses: the sockets that have a place, those too with which TLS has not come about. */
  readonly #guests = new Map<string, Guest>();
  readonly #bySource = new Map<string, BmpConnection>();
  readonly #cutOff = new Map<string, number>();
  readonly #turnedAway = new Map<TurnedAway, number>([
    ['noPlaceLeft', 0],
    ['tooManyOfAddress', 0],
  ]);
  #toldTurnedAwayAt = Number.NEGATIVE_INFINITY;
  #isPaused = false;
  #pauses = 0;
  /** Of connections that have ended. */
  #messages = 0;
  #replacedTimes = 0;

  constructor(options: BmpListenerOptions, live: LiveFeed) {
    this.#options = options;
    this.#live = live;
    this.#places = new BmpPlaces(options);
    const tls = options.tls && this.#tlsServer(options.tls);
    this.#server = createServer({ noDelay: true }, (socket) => {
      if (!this.#admit(socket)) return;
      if (tls === undefined) this.#accept(socket);
      else tls.emit('connection', socket);
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
    for (const { socket } of this.#guests.values()) socket.destroy();
    await closed;
  }

  health(): BmpHealth {
    let [messages, replacedTimes] = [this.#messages, this.#replacedTimes];
    for (const connection of this.#connections) {
      messages += toldBy(connection);
      replacedTimes += connection.session.counts.replacedTimes;
    }
    return {
      connections: this.#connections.size,
      messages,
      replacedTimes,
      pauses: this.#pauses,
      turnedAway: this.#turnedAway,
      cutOff: this.#cutOff,
    };
  }

  /** Hears nothing by itself: it is given the sockets that have a place. */
  #tlsServer({ certificate: cert, key, ca }: BmpTls): TlsServer {
    const asksForCertificate = ca !== undefined;
    const server = createTlsServer(
      {
        cert,
        key,
        ...(asksForCertificate && { ca }),
        requestCert: asksForCertificate,
        rejectUnauthorized: asksForCertificate,
        handshakeTimeout: this.#options.messageMilliseconds,
      },
      (socket) => this.#accept(socket),
    );
    // Before it a socket is no connection.
    server.on('tlsClientError', ({ message }: Error, socket: Socket) => {
      this.#count(noTls);
      if (this.#cutOff.get(noTls) === 1)
        this.#options.onEvent(`BMP: TLS did not come about with ${socket.remoteAddress}: ${message}`);
      socket.destroy();
    });
    return server;
  }

  /** False where there is no place for it: then it is gone before anything of it is read. */
  #admit(socket: Socket): boolean {
    const ends = endsOf(socket);
    const guest = new Guest(socket);
    const why = this.#places.take(guest);
    if (why !== undefined) {
      this.#turnAway(why, guest.address);
      socket.destroy();
      return false;
    }
    this.#guests.set(ends, guest);
    socket.once('close', () => {
      this.#places.giveBack(guest);
      if (this.#guests.get(ends) === guest) this.#guests.delete(ends);
    });
    return true;
  }

  #turnAway(why: TurnedAway, address: string): void {
    this.#turnedAway.set(why, this.#turnedAway.get(why)! + 1);
    const now = this.#options.now();
    if (now - this.#toldTurnedAwayAt < tellTurnedAwayMilliseconds) return;
    this.#toldTurnedAwayAt = now;
    const { maxConnections, maxConnectionsOfAddress } = this.#options;
    const reason =
      why === 'noPlaceLeft'
        ? `all ${maxConnections} places are taken`
        : `it has ${maxConnectionsOfAddress} connections, and one address may have no more`;
    const total = [...this.#turnedAway.values()].reduce((sum, count) => sum + count, 0);
    this.#options.onEvent(`BMP: ${address} is turned away: ${reason} (${total} turned away so far)`);
  }

  #accept(socket: Socket): void {
    const guest = this.#guests.get(endsOf(socket));
    // It went while TLS came about.
    if (guest === undefined) {
      socket.destroy();
      return;
    }
    const listener = {
      onNamed: (connection: BmpConnection) => this.#named(connection),
      onEnded: (connection: BmpConnection, why: string | undefined) => this.#ended(connection, why),
    };
    const connection = new BmpConnection(socket, this.#options, listener, this.#live);
    guest.connection = connection;
    this.#connections.add(connection);
    this.#expectToTell(guest, socket);
    if (this.#isPaused) connection.pause();
    socket.on('data', () => {
      if (!this.#isPaused && this.#live.isFull) this.#pause();
    });
  }

  #expectToTell(guest: Guest, socket: Socket): void {
    const deadline = setTimeout(() => {
      // Nothing is read of it: that it told nothing is not its fault.
      if (this.#isPaused) deadline.refresh();
      else if (!guest.hasTold()) guest.connection?.end(untold);
    }, this.#options.tellMilliseconds);
    socket.once('close', () => clearTimeout(deadline));
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
    this.#messages += toldBy(connection);
    this.#replacedTimes += connection.session.counts.replacedTimes;
    const { source } = connection;
    // What the router itself says of it is in the event.
    if (why !== undefined && why !== '') this.#count(why.replace(/ \(.*/s, ''));
    if (source !== '' && this.#bySource.get(source) === connection) {
      this.#bySource.delete(source);
      this.#live.lose(source);
      this.#options.onEvent(
        `BMP: ${source} is gone (${why || 'closed'}); its peers are unknown until it comes again`,
      );
    }
  }

  #count(why: string): void {
    const reason = this.#cutOff.has(why) || this.#cutOff.size < maxReasons ? why : 'other';
    this.#cutOff.set(reason, (this.#cutOff.get(reason) ?? 0) + 1);
  }

  #pause(): void {
    this.#isPaused = true;
    this.#pauses++;
    for (const connection of this.#connections) connection.pause();
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#places.restart();
    for (const connection of this.#connections) connection.resume();
  };
}

/** Who has a place: a socket, and what became of it. */
class Guest implements BmpGuest {
  readonly socket: Socket;
  readonly address: string;
  /** Undefined while TLS has not come about. */
  connection: BmpConnection | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    this.address = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
  }

  hasTold(): boolean {
    return this.connection !== undefined && toldBy(this.connection) > 0;
  }

  leave(): void {
    if (this.connection === undefined) this.socket.destroy();
    else this.connection.end(gavePlace);
  }
}

/** Messages of a router that told something of a peer. */
function toldBy({ session }: BmpConnection): number {
  const { routeMonitoring, peerUps, peerDowns, statisticsReports, mirrored } = session.counts;
  return routeMonitoring + peerUps + peerDowns + statisticsReports + mirrored;
}

/** TLS has a socket of its own over that of TCP: both have the same ends. */
const endsOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;
