/**
 * So many minutes in a row in which nobody said anything are gone through one by one: by then scores have come to rest, incidents have
 * expired, and losses are written off (all within 14 days). What is left of a longer silence changes nothing, and is jumped over: files of
 * 2008 and then of today are two stretches of time, not ten million empty minutes.
 */
export const longestSilenceMinutes = 35 * 24 * 60;
