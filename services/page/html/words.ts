import type { CloseReason, Kind, Severity } from '#core/contract/anomalies.ts';
import { type EventSecond, formatSecond } from '#core/event-time.ts';
import { type Html, html } from './html.ts';

/** What kinds are called on the page: plain words, with the name of the contract beside them. */
export const kindWords: Readonly<Record<Kind, string>> = {
  beatWatch: 'Possible beat',
  beatConfirmed: 'Steady beat',
  outageFull: 'Full outage',
  outagePartial: 'Partial outage',
  burst: 'Burst of changes',
  sched: 'Scheduled outages',
  chronic: 'Chronic flapping',
  leakChurn: 'Many paths changed',
  dataPlane: 'Hosts out of reach',
};

export const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  notice: 'Notice',
  info: 'Info',
};

export const closeWords: Readonly<Record<CloseReason, string>> = {
  recovered: 'recovered',
  expired: 'expired',
  merged: 'a phase of another incident',
  retracted: 'retracted',
};

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** "22 Dec 2014". */
export function dayText(second: EventSecond): string {
  const [year, month, day] = formatSecond(second).slice(0, 10).split('-') as [string, string, string];
  return `${Number(day)} ${months[Number(month) - 1]} ${year}`;
}

/** "22 Dec 16:15", with the year where asked for. */
export function momentText(second: EventSecond, withYear = false): string {
  const day = dayText(second);
  return `${withYear ? day : day.slice(0, -5)} ${formatSecond(second).slice(11, 16)}`;
}

export const timeElement = (second: EventSecond, withYear = false): Html =>
  html`<time datetime="${formatSecond(second)}">${momentText(second, withYear)}</time>`;

/** "9 h 31 min", "31 min", "45 s". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

export const countText = (value: number): string => value.toLocaleString('en-US');

/** "1 network", "1,204 networks". */
export const pluralText = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

export const badge = (severity: Severity): Html =>
  html`<span class="badge ${severity}">${severityWords[severity]}</span>`;
