import { existsSync } from 'node:fs';
import { firstSecondOf, formatMinute } from '#core/event-time.ts';
import { Archive, type ArchiveCounts, type Found, isAddress } from '../../feeder/archive/archive.ts';
import { collectorLayout } from '../../feeder/archive/archive-layout.ts';
import { HttpProblem, httpDefaults } from '../../feeder/archive/http-get.ts';
import type { FeedTotals } from '../../feeder/feed.ts';
import type { Command } from '../command.ts';
import { detectFiles } from '../detect-files.ts';
import { number } from '../report/progress.ts';

type ArchiveCommand = Extract<Command, { case: 'archive' }>;

/** What was not read for the longest time goes beyond this. */
const cacheBytesMax = 16e9;

/** Fetches what is asked for and runs the detector over it; status 0, 130 where it was interrupted, 1 where it could not go on. */
export async function archiveCommand(command: ArchiveCommand): Promise<number> {
  const { cacheFolder, output, fromSecond, untilSecond } = command;
  const gone = command.places.find((place) => !isAddress(place) && !existsSync(place));
  if (gone !== undefined) return failed(`there is no file or folder ${gone}`, 2);
  let tell = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const archive = new Archive({
    http: httpDefaults,
    cacheFolder,
    cacheBytesMax,
    now: Date.now,
    onEvent: (text) => tell(text),
  });
  try {
    const { files, beginSecond } = await found(archive, command);
    if (files.length === 0) return failed('there are no files of updates or RIBs of that time', 1);
    const begin = beginSecond ?? fromSecond;
    return await detectFiles(files, {
      output,
      ...(begin === undefined ? {} : { fromSecond: begin }),
      ...(untilSecond === undefined ? {} : { untilSecond }),
      ...(fromSecond === undefined ? {} : { toldFrom: fromSecond }),
      progress: (totals) => progressText(totals, begin, untilSecond, archive.counts),
      onStart: (line) => {
        tell = line;
      },
      onInterrupted: () => archive.stop(),
      closingLines: () => closingLines(archive.counts, cacheFolder),
    });
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    return failed(`${error.message}; the same command goes on with what it has in ${cacheFolder}`, 1);
  }
}

function found(archive: Archive, command: ArchiveCommand): Promise<Found> {
  const { collectors, places, baseUrl, fromSecond, untilSecond } = command;
  if (collectors.length === 0) return archive.ofPlaces(places, { fromSecond, untilSecond });
  const layouts = collectors.map((name) => collectorLayout(name, baseUrl)!);
  return archive.ofCollectors(layouts, fromSecond!, untilSecond!);
}

/** " 42 %  2014-12-22T16:05Z  5,204,331 prefixes, 120 MB fetched": by the time in the files, since nobody knows their sizes. */
function progressText(
  { minute, elems }: FeedTotals,
  begin: number | undefined,
  until: number | undefined,
  { bytes }: ArchiveCounts,
): string {
  const tail = `${number(elems)} prefixes, ${number(bytes / 1e6)} MB fetched`;
  if (minute === undefined) return tail;
  const share =
    begin === undefined || until === undefined
      ? undefined
      : (firstSecondOf(minute) - begin) / (until - begin);
  const percent = share === undefined ? '' : `${`${Math.floor(100 * share)}`.padStart(3)} %  `;
  return `${percent}${formatMinute(minute)}  ${tail}`;
}

function closingLines(
  { fetched, bytes, cached, missing, pages, retries }: ArchiveCounts,
  folder: string,
): string[] {
  const parts = [`fetched ${number(fetched)} files, ${number(bytes / 1e6)} MB, into ${folder}`];
  if (cached > 0) parts.push(`${number(cached)} were there already`);
  if (missing > 0) parts.push(`${number(missing)} missing on the server`);
  if (pages > 0) parts.push(`${number(pages)} web pages in the place of files`);
  if (retries > 0) parts.push(`${number(retries)} tries repeated`);
  return fetched + cached + missing + pages === 0 ? [] : [parts.join('; ')];
}

function failed(why: string, status: number): number {
  process.stderr.write(`steadybeat: ${why}\n`);
  return status;
}
