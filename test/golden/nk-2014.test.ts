import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { formatSecond } from '#core/event-time.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { detect } from '../scenario/detect.ts';

const golden = new URL('pipeline/nk-2014/out.ndjson', import.meta.url);

/** Bytes in, incidents out: a change here is a change of what people are told. UPDATE_GOLDEN=1 accepts it. */
test('December 2014, published seed: every transition is as it was', () => {
  const said = detect(generate(nk2014(), publishedSeed)).map(
    (anomaly) => `${JSON.stringify(readable(anomaly))}\n`,
  );
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, said.join(''));
  assert.deepEqual(said.join('').split('\n'), readFileSync(golden, 'utf8').split('\n'));
});

/** What people read of a transition: times in words, and of the evidence what it rests on. */
function readable({ startSecond, endSecond, eventSecond, prefixes, evidence, ...rest }: Anomaly): object {
  const { rule, peersFor, livePeers, upstreamAs, phases } = evidence;
  return {
    ...rest,
    startTime: formatSecond(startSecond),
    ...(endSecond !== undefined && { endTime: formatSecond(endSecond) }),
    eventTime: formatSecond(eventSecond),
    prefixes: prefixes.join(' '),
    evidence: { rule, peersFor, livePeers, upstreamAs, phases: phases.length },
  };
}
