/** North Korea as a group of a watch file, in the reconstruction of December 2014. */
import assert from 'node:assert/strict';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { formatSecond, parseSecond } from '#core/event-time.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import { detect } from '../scenario/detect.ts';

const subject = 'group:KP';
const blackoutSecond = parseSecond('2014-12-22T16:15Z')!;
const restoredSecond = parseSecond('2014-12-23T01:46Z')!;
const toleranceSeconds = 15 * 60;

export const watched: WatchFile = {
  hash: '0'.repeat(64),
  groups: [
    {
      name: 'KP',
      title: 'North Korea',
      ases: [{ asn: northKoreaAs, slash24s: 4, slash48s: 0 }],
      prefixes: [],
    },
  ],
  mutes: [],
};

/**
 * One incident of the group is the blackout: all four networks, behind AS4837 alone, critical in the minute in which its AS is, and
 * linked with it. No flap of the beat is one, and the beat is the AS's. Returns what is said of the group.
 */
export function checkSeed(seed: number): Anomaly[] {
  const said = detect(generate(nk2014(), seed), watched);
  const own = said.filter((anomaly) => anomaly.subject === subject);
  const opened = own.filter(({ transition }) => transition === 'opened');
  const text = own
    .map(({ eventSecond, transition, summary }) => `${formatSecond(eventSecond)} ${transition} ${summary}`)
    .join('\n');
  const ofAs = said.filter(({ originAs, kind }) => originAs === northKoreaAs && kind === 'outageFull');
  const closedOutages = ofAs.filter(({ transition }) => transition === 'closed');
  const outages = closedOutages.filter(({ closeReason }) => closeReason !== 'merged');
  // From the beat on no more than the AS's own outages: what was one more flap is none.
  const beat = said.find(({ originAs, kind }) => originAs === northKoreaAs && kind === 'beatWatch')!;
  const startsAfter = (anomalies: readonly Anomaly[]): number[] =>
    anomalies.map(({ startSecond }) => startSecond).filter((second) => second >= beat.eventSecond);
  assert.ok(outages.length < closedOutages.length, 'no flap of the beat was long enough');
  // One may be told before it is known to be a flap, where the beat paused; and one may hold two of the AS.
  assert.ok(startsAfter(opened).length <= startsAfter(outages).length + 1, text);
  const blackouts = opened.filter(
    ({ startSecond }) => startSecond >= blackoutSecond && startSecond < restoredSecond,
  );
  assert.equal(blackouts.length, 1, text);
  const of = own.filter(({ incidentId }) => incidentId === blackouts[0]!.incidentId);
  const closed = of.at(-1)!;
  assert.equal(closed.transition, 'closed', text);
  assert.ok(Math.abs(closed.startSecond - blackoutSecond) <= toleranceSeconds, text);
  assert.ok(Math.abs(closed.endSecond! - restoredSecond) <= toleranceSeconds, text);
  assert.match(
    closed.summary,
    /^North Korea \(KP\): all 4 networks gone for .*, 4 of 4 \/24, of AS131279, behind AS4837$/,
  );
  assert.equal(closed.evidence.upstreamAs, 4837);
  // A group of one AS beats when its AS does.
  const beats = (anomalies: readonly Anomaly[]) =>
    anomalies
      .filter(({ kind }) => kind === 'beatWatch' || kind === 'beatConfirmed')
      .map((one) => [one.kind, one.severity, one.startSecond, one.endSecond].join(' '));
  const ofItsAs = said.filter(({ originAs }) => originAs === northKoreaAs);
  assert.deepEqual(new Set(beats(own)), new Set(beats(ofItsAs)), text);
  assert.ok(
    own.some(({ kind, evidence }) => kind === 'beatConfirmed' && evidence.upstreamAs === 4837),
    text,
  );
  const firstCritical = ({ severity }: Anomaly): boolean => severity === 'critical';
  const blackout = ofAs.find(firstCritical)!;
  assert.equal(of.find(firstCritical)!.eventSecond, blackout.eventSecond, text);
  assert.ok(closed.linkedIncidentIds.includes(blackout.incidentId), text);
  return own;
}
