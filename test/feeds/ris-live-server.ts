import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the server does with one connection, once the client has subscribed. */
export type Act = (connection: WebSocket, socket: Duplex) => void | Promise<void>;

/** A RIS Live server, or another one with two subscriptions, on loopback: each connection is treated by the next act, the last act by all that follow. */
export class RisLiveServer {
  /** Subscriptions of each connection. */
  readonly subscriptions: string[][] = [];
  /** What each handshake showed who it is. */
  readonly authorizations: (string | undefined)[] = [];
  readonly #http: Server;
  readonly #webSockets = new WebSocketServer({ noServer: true });
  readonly #sockets = new Set<Socket>();
  readonly #acts: (Act | 'html')[];
  #connections = 0;

  /** 'html' answers the handshake with a page of a proxy. */
  constructor(acts: readonly (Act | 'html')[]) {
    this.#acts = [...acts];
    this.#http = createServer((_, response) => response.end('<html></html>'));
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#http.on('upgrade', (request, socket, head) => {
      const act = this.#acts[Math.min(this.#connections++, this.#acts.length - 1)]!;
      this.authorizations.push(request.headers.authorization);
      if (act === 'html') {
        socket.end(
          'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html><body>502</body></html>',
        );
        return;
      }
      this.#webSockets.handleUpgrade(request, socket, head, (connection) =>
        this.#serve(connection, socket, act),
      );
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/v1/ws/?client=test`;
  }

  get connections(): number {
    return this.#connections;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #serve(connection: WebSocket, socket: Duplex, act: Act): void {
    const subscriptions: string[] = [];
    this.subscriptions.push(subscriptions);
    connection.on('error', () => {});
    connection.on('message', (data: Buffer) => {
      subscriptions.push(data.toString());
      if (subscriptions.length === 2) void act(connection, socket);
    });
  }
}
