/**
 * Event time: the only time the core knows. Seconds and minutes are whole
 * numbers since 1970-01-01T00:00Z (UTC, no leap seconds), below 2^32.
 */
export type EventSecond = number;
export type EventMinute = number;

export const minuteOf = (second: EventSecond): EventMinute => Math.floor(second / 60);
export const firstSecondOf = (minute: EventMinute): EventSecond => minute * 60;

/** "2014-12-22T16:15:03Z" (RFC 3339). */
export function formatSecond(second: EventSecond): string {
  const day = Math.floor(second / 86_400);
  const rest = second - day * 86_400;
  const { year, month, dayOfMonth } = civilDate(day);
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
  return `${date}T${pad(Math.floor(rest / 3600), 2)}:${pad(Math.floor(rest / 60) % 60, 2)}:${pad(rest % 60, 2)}Z`;
}

/** "2014-12-22T16:15Z". */
export const formatMinute = (minute: EventMinute): string => `${formatSecond(minute * 60).slice(0, 16)}Z`;

/** Seconds since 1970 of an RFC 3339 UTC time such as "2014-12-22T16:15Z" or "2014-12-22T16:15:03Z"; undefined if it is none. */
export function parseSecond(text: string): EventSecond | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?Z?)?$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const seconds = dayNumber(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  // A date that does not exist (month 13, hour 25) comes out as another one.
  const same = formatSecond(seconds).startsWith(`${match[1]}-${match[2]}-${match[3]}T${match[4] ?? '00'}`);
  return same && minute < 60 && second < 60 ? seconds : undefined;
}

function dayNumber(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const shiftedMonth = month <= 2 ? month + 9 : month - 3;
  const leapDays =
    Math.floor(shiftedYear / 4) - Math.floor(shiftedYear / 100) + Math.floor(shiftedYear / 400);
  return shiftedYear * 365 + leapDays + Math.floor((153 * shiftedMonth + 2) / 5) + day - 1 - 719_468;
}

/** Days since 1970 to the proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March. */
function civilDate(day: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth };
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
