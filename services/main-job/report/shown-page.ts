import { readFileSync } from 'node:fs';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { createPage, type Page, type PageOptions } from '#page/http/page.ts';
import { parseAsNames } from '#page/view/as-names.ts';
import { type FeedHealth, WorldView } from '#page/view/world-view.ts';
import { type RunningServer, serve } from '#runtime/http/server.ts';
import { readWebConfig, WrongWebConfig } from '#runtime/http/web-config.ts';
import type { OutputOptions } from '../command.ts';
import { isWatched, isWatchedScore } from './reports.ts';

/** The web page of a run, where --page asks for one. */
export interface ShownPage {
  readonly url: string;
  readonly onAnomaly: (anomaly: Anomaly) => void;
  readonly onScores: (scores: AsScores) => void;
  readonly setFeeds: (feeds: readonly FeedHealth[]) => void;
  /** Keeps serving until SIGINT or SIGTERM. */
  stay(): Promise<void>;
  close(): Promise<void>;
}

/** Undefined without --page. Throws where its address cannot be taken or the names cannot be read. */
export async function openPage(
  { page: address, watch, asNamesFile, webConfigFile }: OutputOptions,
  options: PageOptions = {},
): Promise<ShownPage | undefined> {
  if (address === undefined) return undefined;
  const names = asNamesFile === undefined ? options.names : parseAsNames(readFileSync(asNamesFile, 'utf8'));
  const view = new WorldView();
  const page = createPage(view, { ...options, ...(names && { names }) });
  const server = await served(address, page.handle, webConfigFile);
  return {
    url: `${server.url}/`,
    onAnomaly: (anomaly) => {
      if (isWatched(anomaly, watch)) view.addAnomaly(anomaly);
    },
    onScores: (scores) => {
      if (isWatchedScore(scores, watch)) view.addScores(scores);
    },
    setFeeds: (feeds) => view.setFeeds(feeds),
    stay: untilSignal,
    close: async () => {
      page.close();
      await server.close();
    },
  };
}

/** What keeps a page from being served, in one line for people. */
export class PageProblem extends Error {}

async function served(
  address: NonNullable<OutputOptions['page']>,
  handle: Page['handle'],
  webConfigFile: string | undefined,
): Promise<RunningServer> {
  try {
    const web = webConfigFile === undefined ? undefined : readWebConfig(webConfigFile);
    return await serve(address, handle, {
      web,
      warn: (line) => process.stderr.write(`steadybeat: warning: ${line}\n`),
    });
  } catch (error) {
    if (error instanceof WrongWebConfig) throw new PageProblem(error.mistakes.join('\nsteadybeat: '));
    throw new PageProblem(`--page ${address.host}:${address.port}: ${(error as Error).message}`);
  }
}

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
