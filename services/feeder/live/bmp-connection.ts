import type { Socket } from 'node:net';
import { maxMessageBytes } from '#core/bmp/message.ts';
import { BmpSession } from '#core/bmp/session.ts';
import type { LiveFeed } from './live-feed.ts';

export interface BmpConnectionOptions {
  /** A message has to be whole so soon after its first octet, and the first one after the connection came about. */
  readonly messageMilliseconds: number;
  /** The AS that the router prepends to paths; 0 for none. */
  readonly collectorAs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface BmpConnectionListener {
  /** The router has said its name, or something else first: what it says is of this source from now on. */
  onNamed(connection: BmpConnection): void;
  /** `why` is undefined where the router closed in order. */
  onEnded(connection: BmpConnection, why: string | undefined): void;
}

/** A message that is not whole, and a chunk of the socket. */
const initialBytes = 64 * 1024;
/** Why connections are ended. */
const mute = 'said nothing';
const tooSlow = 'took too long over one message';

/** One router's BMP session over TCP (RFC 7854 3.2): it talks, we listen. */
export class BmpConnection {
  /** "r1@192.0.2.1": what the router calls itself, and from where. "" before its first message. */
  source = '';
  readonly session: BmpSession;
  /** Octets received. */
  bytes = 0;
  readonly #socket: Socket;
  readonly #options: BmpConnectionOptions;
  readonly #listener: BmpConnectionListener;
  readonly #live: LiveFeed;
  readonly #address: string;
  /** Octets [0, length) are those of a message that is not whole. */
  #buffer = Buffer.allocUnsafe(initialBytes);
  #length = 0;
  #deadline: NodeJS.Timeout | undefined;
  #isPaused = false;
  #why: string | undefined;
  #ended = false;

  constructor(
    socket: Socket,
    options: BmpConnectionOptions,
    listener: BmpConnectionListener,
    live: LiveFeed,
  ) {
    this.#socket = socket;
    this.#options = options;
    this.#listener = listener;
    this.#live = live;
    this.#address = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
    this.session = new BmpSession({
      collectorAs: options.collectorAs,
      onRefused: (reason, bytes, start, end) =>
        live.refuse(this.source || this.#address, reason, this.bytes, bytes.subarray(start, end)),
    });
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => {
      this.#why ??= error.message;
    });
    socket.on('close', () => this.#close());
    this.#expectWhole(mute);
  }

  /** Reads nothing until resume: meanwhile nothing can be late. */
  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#deadline);
    this.#socket.pause();
  }

  resume(): void {
    if (this.#ended) return;
    this.#isPaused = false;
    this.#socket.resume();
    if (this.#length > 0) this.#expectWhole(tooSlow);
    else if (this.source === '') this.#expectWhole(mute);
  }

  end(why: string): void {
    this.#why ??= why;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#ended) return;
    this.bytes += chunk.length;
    const now = this.#options.now();
    const [second, microsecond] = [Math.floor(now / 1000), (now % 1000) * 1000];
    const hadPart = this.#length > 0;
    if (hadPart) this.#append(chunk);
    const bytes = hadPart ? this.#buffer : chunk;
    const to = hadPart ? this.#length : chunk.length;
    const at = this.session.take(bytes, 0, to, second, Math.floor(microsecond));
    this.#handOver();
    if (this.session.isLost) {
      this.end('sent what is no BMP');
      return;
    }
    if (this.session.terminated !== undefined) {
      this.end(`terminated the session (${this.session.terminated.text || 'no reason given'})`);
      return;
    }
    this.#keepRest(bytes, at, to);
    // A deadline that is running stays, as long as no message was completed.
    if (this.#length === 0) clearTimeout(this.#deadline);
    else if (at > 0 || !hadPart) this.#expectWhole(tooSlow);
    if (at === to && this.source === '') this.#expectWhole(mute);
  }

  #handOver(): void {
    const { session } = this;
    const { out } = session;
    if (this.source === '' && (session.initiated !== undefined || out.length > 0)) {
      const name = session.initiated?.sysName ?? '';
      this.source = name === '' ? this.#address : `${name}@${this.#address}`;
      this.#listener.onNamed(this);
      this.#live.connect(this.source);
    }
    if (out.length === 0) return;
    this.#live.take(this.source, out.bytes, 0, out.length);
    out.length = 0;
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = needed;
  }

  /** Less than one message is left, so the buffer has a bound. */
  #keepRest(bytes: Buffer, at: number, to: number): void {
    const left = to - at;
    if (bytes === this.#buffer) {
      this.#buffer.copyWithin(0, at, to);
    } else if (left > 0) {
      this.#length = 0;
      this.#append(bytes.subarray(at, to));
      return;
    }
    this.#length = left;
    if (left === 0 && this.#buffer.length > maxMessageBytes) this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  #expectWhole(why: string): void {
    clearTimeout(this.#deadline);
    if (this.#isPaused) return;
    this.#deadline = setTimeout(() => this.end(why), this.#options.messageMilliseconds);
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    this.#listener.onEnded(this, this.#why);
  }
}
