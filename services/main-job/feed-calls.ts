import type { Moving } from '#runtime/transport/port-calls.ts';
import { Feed, type FeedTransport } from '../feeder/feed.ts';
import { diskFile } from '../feeder/mrt-file.ts';
import { seedFile } from '../feeder/seed-file.ts';
import type { FeedCall, FeedNews } from './front-threads.ts';

const tellEveryMs = 100;

/** Does what a thread is asked of a feed. */
export class FeedCalls {
  readonly #transport: FeedTransport;
  readonly #tell: (news: FeedNews) => void;
  #feed: Feed | undefined;

  constructor(transport: FeedTransport, tell: (news: FeedNews) => void) {
    this.#transport = transport;
    this.#tell = tell;
  }

  async answer(call: FeedCall): Promise<Moving> {
    if (call.case === 'feed') await this.#run(call);
    else this.#feed?.stop();
    return [undefined];
  }

  async #run({ options, files }: Extract<FeedCall, { case: 'feed' }>): Promise<void> {
    const tell = this.#tell;
    const running = new Feed(
      {
        ...options,
        onRefused: ({ name }, refused) => tell({ case: 'refused', file: name, refused }),
        onFailure: ({ name }, failure) => tell({ case: 'failure', file: name, failure }),
      },
      this.#transport,
    );
    this.#feed = running;
    const telling = setInterval(() => tell({ case: 'totals', totals: running.totals() }), tellEveryMs);
    try {
      await running.run(files.map(({ path, isSeed }) => (isSeed ? seedFile(path) : diskFile(path))));
    } finally {
      clearInterval(telling);
      tell({ case: 'totals', totals: running.totals() });
    }
  }
}
