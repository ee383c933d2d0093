import type { Kind, Verdict as WitnessVerdict } from '#core/contract/anomalies.ts';

/**
 * The scenario language: what happened to whom and when, in event time, as data. What is
 * not fixed is drawn from the seed. Times are RFC 3339 UTC, "2014-12-22T16:15Z".
 */
export interface Scenario {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** What is documented, each with its source; everything else is drawn. */
  readonly documented: readonly Fact[];
  readonly drawn: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly topology: TopologySpec;
  readonly events: readonly ScenarioEvent[];
  /** Who probes what, where anybody does. */
  readonly probes?: ProbesSpec;
  readonly verdict: Verdict;
}

export interface Fact {
  readonly text: string;
  readonly source: string;
}

/** A time, or two between which it is drawn evenly. */
export type When = string | readonly [string, string];
/** A duration in minutes, or two between which it is drawn evenly. */
export type Minutes = number | readonly [number, number];

export interface TopologySpec {
  readonly collectors: number;
  /** Sessions with a whole IPv4 table (most carry IPv6 too), with a tenth of one, and with IPv6 only. */
  readonly fullFeedPeers: number;
  readonly partialFeedPeers: number;
  readonly ipv6Peers: number;
  /** Origin ASes with invented (private use) numbers that nothing is told of but noise and blips. */
  readonly backgroundAses: number;
  readonly origins: readonly OriginSpec[];
}

export interface OriginSpec {
  readonly asn: number;
  /** The first is used unless an event says otherwise. */
  readonly upstreams: readonly number[];
  readonly prefixes: readonly string[];
}

export type ScenarioEvent =
  | Loss
  | FlapTrain
  | Blips
  | Reroute
  | Beacons
  | SessionReset
  | CollectorPause
  | Leak;

/** The prefixes of an origin AS are withdrawn everywhere and come back. */
export interface Loss {
  readonly event: 'loss';
  readonly asn: number;
  /** All of its prefixes unless named. */
  readonly prefixes?: readonly string[];
  readonly from: When;
  readonly until: When | { readonly minutes: Minutes };
  /** "long tail": most peers lose it in a minute or two, the last only after up to 10. */
  readonly convergence?: 'usual' | 'long tail';
  /** Once a day, so many times. */
  readonly days?: number;
  readonly cause: string;
}

/** Short losses, one after another: a gap, a loss, a gap, a loss. Pairs say "at first" and "in the end", geometric between. */
export interface FlapTrain {
  readonly event: 'flapTrain';
  readonly asn: number;
  readonly from: When;
  readonly until: string;
  /** From the end of a loss to the start of the next. */
  readonly gap: Gap;
  readonly medianDownMinutes: readonly [number, number];
  /** Of the logarithm of the downtime. */
  readonly downSigma: number;
  readonly downCapMinutes: number;
  /** Share of flaps that hit all prefixes; the others hit a few of them. */
  readonly wholeShare: number;
  /** The train stops after so many flaps. */
  readonly flaps?: number;
  /** The slowest withdrawal and announcement, in seconds. */
  readonly lagSeconds?: number;
  /** The probability that it happens at all. */
  readonly probability?: number;
  readonly cause: string;
}

export type Gap =
  | { readonly case: 'exponential'; readonly meanMinutes: readonly [number, number] }
  | { readonly case: 'uniform'; readonly minutes: readonly [number, number] };

/** Isolated short losses of whole ASes, at random: of background ASes, or of one. */
export interface Blips {
  readonly event: 'blips';
  readonly asn: number | 'background';
  readonly from: string;
  readonly until: string;
  readonly count: number;
  readonly minutes: Minutes;
}

/** From a moment on the paths of prefixes go through this upstream. A prefix that is lost takes it when it returns. */
export interface Reroute {
  readonly event: 'reroute';
  readonly asn: number;
  readonly prefixes: readonly string[];
  readonly upstream: number;
  readonly at: When;
  /** Share of the peers that follow. */
  readonly peerShare: number;
}

/** RIS beacons: announced at 00, 04, 08, 12, 16 and 20 o'clock, withdrawn two hours later. */
export interface Beacons {
  readonly event: 'beacons';
  readonly asn: number;
  readonly prefixes: readonly string[];
}

/** Sessions with a collector break and come back with a table transfer. */
export interface SessionReset {
  readonly event: 'sessionReset';
  readonly peers: 'one' | 'collector';
  readonly at: When;
  readonly downMinutes: Minutes;
  readonly transferMinutes: Minutes;
  /** Whether the archive holds BGP4MP_STATE_CHANGE records of it. */
  readonly stateChanges: boolean;
}

/** A collector writes nothing for a while; what it missed is lost. */
export interface CollectorPause {
  readonly event: 'collectorPause';
  readonly at: When;
  readonly minutes: Minutes;
}

/** A leak: the paths of many background ASes go through one transit AS for a while. */
export interface Leak {
  readonly event: 'leak';
  readonly transit: number;
  readonly leaker: number;
  readonly origins: number;
  readonly from: When;
  readonly until: When;
  readonly peerShare: number;
  /** The slowest peer, in seconds. */
  readonly lagSeconds: number;
}

/** Probers that ask hosts once a minute. A host replies unless its prefix is lost, a trouble of its AS says otherwise, or its prober is cut off. */
export interface ProbesSpec {
  readonly from: string;
  readonly until: string;
  readonly probers: number;
  /** Hosts in each prefix of the ASes that are watched, and the background ASes with a host each that tell a prober of itself. */
  readonly asns: readonly number[];
  readonly hostsByPrefix: number;
  readonly references: number;
  readonly troubles: readonly ProbeTrouble[];
}

export type ProbeTrouble =
  /** So much of what is sent to the AS is lost; routes are as they are. */
  | {
      readonly trouble: 'loss';
      readonly asn: number;
      readonly from: When;
      readonly until: When;
      readonly share: readonly [number, number];
      readonly cause: string;
    }
  /** All is lost for a while, again and again. */
  | {
      readonly trouble: 'train';
      readonly asn: number;
      readonly from: string;
      readonly until: string;
      readonly gapMinutes: readonly [number, number];
      readonly downMinutes: readonly [number, number];
      readonly cause: string;
    }
  /** All probers are cut off from the world, or one of them. */
  | {
      readonly trouble: 'uplink';
      readonly probers: 'all' | 'one';
      readonly from: When;
      readonly until: When;
    };

/** What a detector must say of the scenario, whatever the seed. */
export interface Verdict {
  readonly source: string;
  /** Each must be said, at least once for each truth interval it names. */
  readonly must: readonly Expectation[];
  /** Kinds that may be said besides, by subject. Anything else is a failure. */
  readonly may: readonly { readonly subject: string; readonly kinds: readonly Kind[] }[];
}

export type Expectation =
  /** One incident of the kind for each loss (by probes: for each trouble) with this cause, its start and end near those of the loss. */
  | {
      readonly case: 'eachLoss';
      readonly cause: string;
      readonly kind: Kind;
      readonly toleranceMinutes: number;
    }
  /** At least one incident of the kind on the subject. */
  | { readonly case: 'some'; readonly subject: string; readonly kind: Kind }
  /** Each outage of the subject while it is probed is said with this verdict. */
  | {
      readonly case: 'witnesses';
      readonly subject: string;
      readonly kind: 'outageFull';
      readonly verdict: WitnessVerdict;
    };
