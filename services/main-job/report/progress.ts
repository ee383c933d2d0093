import { formatMinute } from '#core/event-time.ts';
import type { FeedTotals } from '../../feeder/feed.ts';
import { durationText } from './incident-line.ts';

/** " 42 %  2008-02-20T10:05Z  5,204,331 prefixes, 1,540,000 a second, 4 s to go" */
export function progressText(totals: FeedTotals, bytesInAll: number, seconds: number): string {
  const share = Math.min(1, totals.bytes / Math.max(1, bytesInAll));
  const rate = totals.elems / Math.max(seconds, 0.001);
  const left =
    share > 0.02 && share < 1 ? `, ${durationText(Math.round((seconds * (1 - share)) / share))} to go` : '';
  const minute = totals.minute === undefined ? '' : `${formatMinute(totals.minute)}  `;
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${percent} %  ${minute}${number(totals.elems)} prefixes, ${number(rate)} a second${left}`;
}

/** "12,389,588". */
export const number = (value: number): string => Math.round(value).toLocaleString('en-US');
