/**
 * Every number by which the detector decides, and where it comes from. "4.4" and the like are sections of the
 * detection notes (definitions by simulation; 7 and 9 are what real days taught, and win over 4). Seconds and minutes of event time.
 */
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** 4.4. V = visible / expected prefixes of one family; a lost prefix that is covered counts as visible (7.2). */
export const outage = {
  fullShare: 0.05,
  fullMinutes: 3,
  fullEndShare: 0.8,
  partialShare: 0.75,
  partialMinutes: 10,
  partialEndShare: 0.9,
  /** With so few prefixes any whole prefix lost is a partial outage. */
  fewPrefixes: 4,
  endMinutes: 5,
  /** A full outage that is no longer full, but not over, becomes partial after so long. */
  noLongerFullMinutes: 5,
  /** A return that is followed by so many minutes out was none. */
  relapseMinutes: 10,
} as const;

/** 4.3: a prefix goes when so many of the live peers lack it; it is back when 60 % have it. In between it is partly back. */
export const goneShare = 0.8;

/** 7.3: so many uncovered prefixes of one AS, lost within so long, for so long, whatever share of the AS they are. */
export const cluster = {
  prefixes: 10,
  withinSeconds: 5 * minute,
  minutes: 10,
  /** It ends when at most this share of them is still lost: the complement of fullEndShare. */
  endShare: 0.2,
} as const;

/**
 * 7.2: a loss of which more than this share is covered changes how the AS announces its addresses, and is no outage.
 * What went within the margin went with it.
 */
export const mostlyCovered = {
  share: 0.5,
  marginSeconds: 5 * minute,
  keptSeconds: 2 * hour,
} as const;

/** Losses that do not end (7.7). */
export const standing = {
  /** A loss in which nothing has changed for so long no longer counts against the AS: what goes next is a loss of its own. Our choice. */
  settledSeconds: 6 * hour,
  expiredSeconds: 7 * day,
} as const;

export interface BeatTier {
  readonly score: number;
  readonly events: number;
  readonly activeHours: number;
  readonly spanMinutes: number;
  readonly surprise: number;
}

/** 4.4, over the train of the last 6 hours. */
export const watch: BeatTier = { score: 0.5, events: 6, activeHours: 3, spanMinutes: 120, surprise: 7 };
export const confirmed: BeatTier = { score: 0.5, events: 10, activeHours: 5, spanMinutes: 240, surprise: 9 };

export const beat = {
  leaveScore: 0.25,
  /** 4.2: the adjective "metronomic", by burstiness or by Rayleigh R at one of the periods below 6 h. */
  metronomicBurstiness: -0.5,
  metronomicPeriodicity: 0.9,
  /** Our choice: rate of the last 2 hours over that of the 4 before, and how long it must hold to be told. */
  worseningRatio: 1.5,
  easingRatio: 1 / 1.5,
  trendHoldSeconds: 30 * minute,
  trendAgainSeconds: hour,
} as const;

/** Periods of Beat.periodicity in minutes; those that count for "metronomic". */
export const periodicityMinutes = [30, 60, 120, 240, 720, 1440] as const;
export const metronomicPeriodMinutes = 240;

/** 9.7. */
export const chronic = {
  afterSeconds: 7 * day,
  distinctDays: 3,
  withinDays: 7,
  quietSeconds: 7 * day,
} as const;

/** 4.4. */
export const burst = { z: 6, events: 3, quietSeconds: 60 * minute, runGapSeconds: 30 * minute } as const;

/** 9.6: a loss inside a beat is one more flap until it has lasted so long; the flaps of the 2014 reconstruction last 45 minutes at most. */
export const insideBeat = {
  blackoutSeconds: 60 * minute,
  /** A full loss runs on uninterrupted while no more than this share is visible (4.3: down means at most 20 %). */
  interruptedShare: 0.2,
  aftermathSeconds: day,
} as const;

/**
 * Our choice: a group beats while ASes whose own beat is in force are more than half of it, and is over at half of that, as a score
 * is that falls from 0.5 to 0.25.
 */
export const groupBeat = { share: 0.5, leaveShare: 0.25 } as const;

/** 4.4: outages on distinct days that start at the same time of day. */
export const schedule = {
  distinctDays: 3,
  periodicity: 0.9,
  spreadSeconds: 15 * minute,
  /** Our choices: how far back outages are compared, how late an end may be, and when a schedule is over. */
  horizonSeconds: 14 * day,
  endGraceSeconds: 30 * minute,
  endedAfterSeconds: 4 * day,
  windowMarginSeconds: 30 * minute,
} as const;

/** 4.4, with probes. Our choices: how long it lasts before it is told by them alone, how long a return, and when it is told louder. */
export const dataPlane = {
  openSeconds: 5 * minute,
  endSeconds: 5 * minute,
  louderSeconds: hour,
  /** Two witnesses that agreed, and no longer do: for so long it may be the return that one sees first. */
  contradictionSeconds: 15 * minute,
  /** As many as the tracker of the connections asks for. */
  probes: 6,
} as const;

/** 7.4. */
export const commonCause = { origins: 3, prefixes: 10, withinSeconds: 2 * minute } as const;

export const leakChurn = { quietSeconds: 30 * minute } as const;

/** Limits of what is remembered and sent. */
export const limits = {
  prefixesSent: 64,
  linksKept: 64,
  phasesKept: 64,
  membersKept: 256,
  sampleUpdates: 8,
  lostPrefixesKept: 1024,
  outagesRemembered: 64,
  idsRemembered: 16,
} as const;
