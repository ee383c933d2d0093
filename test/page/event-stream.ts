/** Server-sent events as they come; a test waits for one by its condition. */
export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says
  readonly data: any;
}

export class EventStream {
  readonly events: StreamEvent[] = [];
  readonly #abort = new AbortController();
  #waiting: (() => void)[] = [];

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const stream = new EventStream();
    const response = await fetch(url, { headers, signal: stream.#abort.signal });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    stream.#read(response.body!).catch(() => {});
    return stream;
  }

  /** The first event that fits, now or later. */
  async first(fits: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) this.#add(block);
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  #add(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1).trim()] as const;
      }),
    );
    const data = fields.get('data');
    if (data !== undefined)
      this.events.push({
        id: fields.get('id'),
        event: fields.get('event') ?? 'message',
        data: JSON.parse(data),
      });
  }
}
