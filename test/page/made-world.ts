import type { Anomaly, Evidence } from '#core/contract/anomalies.ts';
import type { AsReach } from '#core/contract/as-reach.ts';
import type { AsScore, AsScores, Heartbeat, PeerCounts, ScoredEvent } from '#core/contract/as-scores.ts';
import { type EventSecond, firstSecondOf, minuteOf, parseSecond } from '#core/event-time.ts';
import { createPage, type PageOptions } from '#page/http/page.ts';
import type { WorldView } from '#page/view/world-view.ts';
import { emptyAsScore } from '#runtime/codec/as-score.ts';
import { serve } from '#runtime/http/server.ts';

/** Messages as the detector and the scorer would send them, and a page over them. */

export const noon: EventSecond = parseSecond('2014-12-22T12:00Z')!;

export type AnomalyFields = Partial<Omit<Anomaly, 'evidence'>> & { readonly evidence?: Partial<Evidence> };

/** An outage of AS64500 that opened at noon, and whatever else is said. */
export function anomalyOf({ evidence, ...fields }: AnomalyFields = {}): Anomaly {
  const originAs = fields.originAs ?? 64_500;
  const startSecond = fields.startSecond ?? noon;
  return {
    incidentId: `as${originAs}-outage-${startSecond}`,
    transition: 'opened',
    kind: 'outageFull',
    subject: `as:${originAs}`,
    originAs,
    startSecond,
    eventSecond: startSecond + 180,
    durationSeconds: 180,
    severity: 'notice',
    summary: `AS${originAs}: both networks gone`,
    prefixes: ['192.0.2.0/24', '198.51.100.0/24'],
    prefixCount: 2,
    linkedIncidentIds: [],
    ...fields,
    evidence: {
      rule: 'visible share of the prefixes <= 0.05 for 3 minutes in a row',
      measures: [{ name: 'visible share', value: 0, threshold: 0.05 }],
      peersFor: 39,
      livePeers: 40,
      peerAsesFor: 33,
      livePeerAses: 34,
      samplePeersFor: ['rrc00 198.51.100.1 AS64600'],
      samplePeersAgainst: ['rrc00 198.51.100.2 AS64601'],
      sampleUpdates: ['2014-12-22T12:00:00Z down 192.0.2.0/24 39 of 40 peers'],
      upstreamAs: 0,
      viaAses: [],
      members: [],
      expectedPrefixes: 2,
      expectedBasis: 'of the table',
      phases: [{ kind: 'outageFull', startSecond }],
      ...evidence,
    },
  };
}

export const counts = (peers: number, livePeers = 40): PeerCounts => ({
  peers,
  livePeers,
  peerAses: peers,
  livePeerAses: livePeers,
});

export const eventOf = (
  kind: ScoredEvent['kind'],
  prefix: string,
  eventSecond: EventSecond,
  covered = false,
): ScoredEvent => ({
  ...counts(39),
  kind,
  prefix,
  eventSecond,
  covered,
  peersFor: [],
  peersAgainst: [],
  newOriginAs: 0,
});

/** The score of an AS in the minute of `second`. */
export function scoresOf(second: EventSecond, fields: Partial<AsScore> = {}): AsScores {
  const value = { ...emptyAsScore(), originAs: 64_500, score: 0.6, surprise: 10, ...fields };
  return { eventMinute: minuteOf(second), content: { case: 'score', value } };
}

/** What probes said of it, of AS64500 if no other. */
export const reachOf = (state: AsReach['state'], sinceSecond: EventSecond): AsReach => ({
  originAs: 64_500,
  state,
  sinceSecond,
  logOdds: state === 'up' ? -6.9 : 4,
  targets: 8,
  replying: state === 'up' ? 8 : 0,
  probers: 2,
  changed: false,
  disconnectedProbes: 0,
  knownProbes: 0,
  disconnectedSecond: 0,
});

export function heartbeatOf(second: EventSecond, fields: Partial<Heartbeat> = {}): AsScores {
  const value = {
    activeOrigins: 3,
    unstableOrigins: 1,
    storm: false,
    ipv4Frozen: false,
    ipv6Frozen: false,
    ...fields,
  };
  return { eventMinute: minuteOf(second), content: { case: 'heartbeat', value } };
}

/** The lists of a visibility in which these prefixes are lost. */
export const lostOf = (prefixes: readonly string[], peers = 39) => ({
  ...emptyAsScore().ipv4,
  expected: 2,
  visible: 2 - prefixes.length,
  lost: prefixes.length,
  lostPrefixes: [...prefixes],
  lostBy: prefixes.map(() => counts(peers)),
});

/** `count` open incidents, each of an AS of its own. */
export function openMany(
  view: WorldView,
  count: number,
  severities: readonly Anomaly['severity'][] = ['notice'],
): void {
  for (let i = 0; i < count; i++) {
    view.addAnomaly(
      anomalyOf({
        originAs: 65_000 + i,
        startSecond: noon + i,
        severity: severities[i % severities.length]!,
        prefixCount: 1 + (i % 7),
      }),
    );
  }
}

/** A heartbeat at the end of the minute of `second`. */
export const passMinute = (view: WorldView, second: EventSecond): void =>
  view.addScores(heartbeatOf(firstSecondOf(minuteOf(second))));

export interface ServedPage {
  readonly url: string;
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** A page over the view until the test ends, however it ends. */
export async function servePage(
  test: { after(close: () => Promise<void>): void },
  view: WorldView,
  options: PageOptions = {},
): Promise<ServedPage> {
  const page = createPage(view, options);
  const server = await serve({ host: '127.0.0.1', port: 0 }, page.handle, { warn: console.error });
  let closing: Promise<void> | undefined;
  const close = () => {
    page.close();
    closing ??= server.close();
    return closing;
  };
  test.after(close);
  return {
    url: server.url,
    get: (path, init) => fetch(`${server.url}${path}`, { redirect: 'manual', ...init }),
    close,
  };
}
