/**
 * The two-state Bayes filter (detection.md 4.4): L = ln(P(down) / P(up)) of one origin AS, by its probes.
 */

/** Three in a thousand networks are out of reach at any time. */
export const prior = Math.log(0.003 / 0.997);
/** Clip of L: no witness is surer than one in a thousand. */
export const mostSure = 6.9;
/** Declared down at L >= this, and up again at L <= minus this: P = 0.9 and 0.1. */
export const declareAt = 2.2;

/** Of a network that is up: above this, probes waver. */
export const wavering = -4;

/** A network goes down once in 30 days and comes back after 2 hours, by the minute. */
const goesDown = 1 / (30 * 1440);
const comesBack = 1 / 120;
/** A network that is down still replies with this probability: (1 - 0.01) / 256 (Trinocular). */
const replyWhileDown = 0.99 / 256;

/** What a minute without evidence makes of L. */
export function afterMinute(logOdds: number): number {
  const down = 1 / (1 + Math.exp(-logOdds));
  const then = down * (1 - comesBack) + (1 - down) * goesDown;
  return Math.log(then / (1 - then));
}

/** Evidence of one probe without a reply, of a target that replies at this rate while its network is up. */
export const noReplyEvidence = (responseRate: number): number =>
  Math.log((1 - replyWhileDown) / (1 - responseRate));

/** Evidence of one reply; negative. */
export const replyEvidence = (responseRate: number): number => Math.log(replyWhileDown / responseRate);

export const clip = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
