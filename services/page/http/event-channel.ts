import type { IncomingMessage, ServerResponse } from 'node:http';
import { securityHeaders } from './answer.ts';

/** So much may wait for a viewer that reads too slowly, before it is cut off; it calls again and goes on. */
const waitingBytesMax = 1024 * 1024;
const keepAliveMilliseconds = 15_000;

/** Everybody who listens to one stream of server-sent events. What is sent is made once for all. */
export class EventChannel {
  readonly #viewers = new Set<ServerResponse>();
  #keepAlive: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#viewers.size;
  }

  connect(request: IncomingMessage, response: ServerResponse, greeting: string): void {
    response.writeHead(200, {
      ...securityHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    request.socket.setNoDelay(true);
    response.write(`retry: 3000\n\n${greeting}`);
    this.#viewers.add(response);
    response.on('close', () => this.#viewers.delete(response));
    this.#keepAlive ??= setInterval(() => this.send(Buffer.from(':\n\n')), keepAliveMilliseconds).unref();
  }

  send(events: Buffer): void {
    for (const viewer of this.#viewers) {
      if (viewer.writableLength > waitingBytesMax) viewer.destroy();
      else viewer.write(events);
    }
  }

  close(): void {
    clearInterval(this.#keepAlive);
    for (const viewer of this.#viewers) viewer.end();
    this.#viewers.clear();
  }
}

/** One event; data is one line, since JSON has no line breaks. */
export const eventText = (event: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
