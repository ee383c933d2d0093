import { type EventSecond, formatSecond } from '../event-time.ts';
import type { BeatIncident } from './incident.ts';

export const beatNouns: Readonly<Record<BeatIncident['kind'], string>> = {
  burst: 'burst of instability',
  beatWatch: 'possible beat of instability',
  beatConfirmed: 'steady beat of instability',
  chronic: 'chronic flapping',
};

export const behind = (upstreamAs: number): string[] => (upstreamAs === 0 ? [] : [`behind AS${upstreamAs}`]);

/** "2014-12-22 16:15 UTC". */
export const time = (second: EventSecond): string =>
  `${formatSecond(second).slice(0, 16).replace('T', ' ')} UTC`;

/** "9 h 31 min", "3 d 4 h", "12 min". */
export function duration(seconds: number): string {
  const minutes = Math.max(0, Math.round(seconds / 60));
  if (minutes === 0) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
