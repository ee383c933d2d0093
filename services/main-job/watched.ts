import type { WatchFile } from '#core/group/watch-file.ts';
import { readWatchFile } from '#runtime/watch-file/watch-file.ts';
import type { OutputOptions } from './command.ts';

/** What a command watches besides the whole table. Throws WrongWatchFile. */
export const watchFileOf = ({ watchFile }: Pick<OutputOptions, 'watchFile'>): WatchFile | undefined =>
  watchFile === undefined ? undefined : readWatchFile(watchFile);
