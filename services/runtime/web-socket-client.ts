import WebSocket from 'ws';
import { BackOff } from './back-off.ts';

export interface WebSocketOptions {
  readonly url: string;
  /** No message for so long is as good as no connection. */
  readonly silenceMilliseconds: number;
  readonly firstRetryMilliseconds: number;
  readonly maxRetryMilliseconds: number;
}

export interface SubscriberOptions extends WebSocketOptions {
  /** Sent on each connection. */
  readonly subscriptions: readonly string[];
  /** Of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A frame longer than this ends the connection before it is read. */
  readonly maxFrameBytes: number;
  /** For servers that may have nothing to say for long: they are asked so often whether they are there, and answering is being heard. */
  readonly pingMilliseconds?: number;
}

export interface WebSocketListener {
  /** A frame; true where it was a message: what is none does not count as being heard. */
  onFrame(text: string): boolean;
  onConnected(): void;
  /** The connection ended, or none came about; the next try is in so many milliseconds. */
  onDisconnected(why: string, retryMilliseconds: number): void;
}

/** A connection that lasted for so long was a good one. */
const goodMilliseconds = 60_000;

/**
 * Stays connected to a server that tells what it is asked for (RFC 6455). It takes `ws` and not Node's own WebSocket, which cannot be paused: what comes
 * faster than it is used would pile up without bound; nor does it limit the size of a frame.
 */
export class WebSocketClient {
  readonly #options: SubscriberOptions;
  readonly #listener: WebSocketListener;
  readonly #backOff: BackOff;
  #socket: WebSocket | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** The socket that was ended for its silence. */
  #silenced: WebSocket | undefined;
  #ping: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;
  #isPaused = false;

  constructor(options: SubscriberOptions, listener: WebSocketListener) {
    this.#options = options;
    this.#listener = listener;
    this.#backOff = new BackOff(options.firstRetryMilliseconds, options.maxRetryMilliseconds);
  }

  start(): void {
    const { url, subscriptions, headers, maxFrameBytes, silenceMilliseconds } = this.#options;
    const socket = new WebSocket(url, {
      maxPayload: maxFrameBytes,
      handshakeTimeout: silenceMilliseconds,
      ...(headers && { headers }),
    });
    this.#socket = socket;
    let why = 'closed';
    let openedAt: number | undefined;
    socket.on('open', () => {
      openedAt = performance.now();
      for (const subscription of subscriptions) socket.send(subscription);
      this.#listener.onConnected();
      this.#expectMessage();
      this.#askWhetherThere(socket);
      if (this.#isPaused) socket.pause();
    });
    socket.on('message', (data: Buffer) => {
      if (this.#socket !== socket || this.#stopped) return;
      if (this.#listener.onFrame(data.toString('utf8'))) this.#silence?.refresh();
    });
    socket.on('pong', () => {
      if (this.#socket === socket) this.#silence?.refresh();
    });
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', (code, reason) => {
      clearTimeout(this.#silence);
      clearInterval(this.#ping);
      if (why === 'closed') why = `closed by the server (${code}${reason.length > 0 ? ` ${reason}` : ''})`;
      if (this.#silenced === socket) why = `silent for ${silenceMilliseconds / 1000} s`;
      if (openedAt !== undefined && performance.now() - openedAt > goodMilliseconds) this.#backOff.reset();
      this.#tryAgain(why);
    });
  }

  /** Reads nothing until resume: the server, or the network, holds what is there. */
  pause(): void {
    this.#isPaused = true;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.resume();
    // Nothing was heard because nothing was read.
    this.#silence?.refresh();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    clearInterval(this.#ping);
    // A server that closes slowly is not waited for.
    this.#socket?.terminate();
  }

  #expectMessage(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (this.#isPaused) {
        this.#silence?.refresh();
        return;
      }
      this.#silenced = this.#socket;
      this.#socket?.terminate();
    }, this.#options.silenceMilliseconds);
  }

  #askWhetherThere(socket: WebSocket): void {
    const { pingMilliseconds } = this.#options;
    if (pingMilliseconds !== undefined) this.#ping = setInterval(() => socket.ping(), pingMilliseconds);
  }

  #tryAgain(why: string): void {
    if (this.#stopped) return;
    const milliseconds = this.#backOff.next();
    this.#listener.onDisconnected(why, milliseconds);
    this.#retry = setTimeout(() => this.start(), milliseconds);
  }
}
