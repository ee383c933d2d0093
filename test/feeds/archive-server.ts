import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with a request for a file; undefined: answers it as it should. */
export type Misbehaviour = (request: IncomingMessage, response: ServerResponse, file: Buffer) => void;

/** A web server on loopback with files in folders that it lists, as Apache does; it knows ranges and ETags. */
export class ArchiveServer {
  /** "GET /path" and "bytes=..." of all requests, in order. */
  readonly requests: string[] = [];
  readonly files = new Map<string, Buffer>();
  /** By path, for one request each, in order. */
  readonly misbehaviours = new Map<string, Misbehaviour[]>();
  listsFolders = true;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!;
    const { range } = request.headers;
    this.requests.push(range === undefined ? path : `${path} ${range}`);
    if (path.endsWith('/')) {
      this.#list(path, response);
      return;
    }
    const file = this.files.get(path);
    const misbehaviour = this.misbehaviours.get(path)?.shift();
    if (misbehaviour !== undefined) misbehaviour(request, response, file ?? Buffer.alloc(0));
    else if (file === undefined) notFound(response);
    else sendFile(request, response, file);
  }

  #list(path: string, response: ServerResponse): void {
    const names = [...this.files.keys()]
      .filter((name) => name.startsWith(path) && !name.slice(path.length).includes('/'))
      .map((name) => name.slice(path.length));
    if (!this.listsFolders || names.length === 0) {
      notFound(response);
      return;
    }
    const rows = names.map(
      (name) => `<tr><td><img src="/icons/unknown.gif"></td><td><a href="${name}">${name}</a></td></tr>`,
    );
    response.setHeader('content-type', 'text/html;charset=UTF-8');
    response.end(
      `<html><table><a href="?C=N;O=D">Name</a><a href="/">Parent Directory</a>${rows.join('\n')}</table></html>`,
    );
  }
}

const tagOf = (file: Buffer): string => `"${file.length}-${file.readUInt32BE(file.length >> 1)}"`;

function notFound(response: ServerResponse): void {
  response.statusCode = 404;
  response.setHeader('content-type', 'text/html');
  response.end('<html><h1>Not Found</h1></html>');
}

export function sendFile(request: IncomingMessage, response: ServerResponse, file: Buffer): void {
  const tag = tagOf(file);
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const ifRange = request.headers['if-range'];
  response.setHeader('etag', tag);
  response.setHeader('content-type', 'application/x-gzip');
  if (match === null || (ifRange !== undefined && ifRange !== tag)) {
    response.setHeader('content-length', file.length);
    response.end(file);
    return;
  }
  const from = Number(match[1]);
  response.statusCode = 206;
  response.setHeader('content-range', `bytes ${from}-${file.length - 1}/${file.length}`);
  response.setHeader('content-length', file.length - from);
  response.end(file.subarray(from));
}

/** Says how long the file is, sends half of it, and cuts the connection. */
export const cutInHalf: Misbehaviour = (_, response, file) => {
  response.setHeader('etag', tagOf(file));
  response.setHeader('content-length', file.length);
  // What was written comes before the end.
  response.write(file.subarray(0, file.length >> 1), () => response.socket?.end());
};

export const busy: Misbehaviour = (_, response) => {
  response.statusCode = 503;
  response.setHeader('content-type', 'text/html');
  response.end('<html>busy</html>');
};

export const webPage: Misbehaviour = (_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!DOCTYPE html><html><body>Please log in</body></html>');
};

/** As a file that the archive still writes: what there is of it is all there is. */
export const stillWritten: Misbehaviour = (request, response, file) =>
  sendFile(request, response, file.subarray(0, file.length >> 1));

export const redirect =
  (to: string): Misbehaviour =>
  (_, response) => {
    response.statusCode = 302;
    response.setHeader('location', to);
    response.end();
  };

export const silent: Misbehaviour = () => undefined;
