import { quantile } from 'simple-statistics';
import { everWas, type Incident, isOutage } from './incidents.ts';
import { matchOneToOne } from './matching.ts';
import { type BeatRow, mostlyCovered, type OutageRow, shareOf } from './truth.ts';

export interface Judged {
  readonly incidents: readonly Incident[];
  readonly rows: readonly OutageRow[];
  readonly beats: readonly BeatRow[];
  readonly seeded: boolean;
  readonly from: number;
  /** A time of heavy load in which nothing more than the table's losses happened; seconds since 1970. */
  readonly storm: { readonly from: number; readonly until: number } | undefined;
  /** Also lists every row missed and every incident without a row. */
  readonly differences: boolean;
}

/** The AS of the RIS beacons: announced and withdrawn by the clock, so no row of it is an outage. */
const beaconAs = 12654;
const tenMinutes = 600;

interface Bar {
  readonly what: string;
  readonly value: number;
  readonly holds: boolean;
  readonly detail: string;
}

/** Prints a line for each bar; true if all hold. */
export function printReport(judged: Judged): boolean {
  const { rows, incidents, from } = judged;
  const outages = incidents.filter(isOutage);
  const matched = matchOneToOne(outages, rows);
  const bars = [
    ...recallBars(judged, matched),
    ...precisionBars(judged, matched),
    ...beatBars(judged),
    ...stormBars(judged, matched),
  ];
  for (const { what, value, holds, detail } of bars) {
    console.log(
      `  ${holds ? 'holds' : 'FAILS'}  ${what.padEnd(66)} ${value.toFixed(3).padStart(8)}  ${detail}`,
    );
  }
  if (judged.differences) printDifferences(judged, matched);
  const kinds = Map.groupBy(
    incidents.filter((i) => i.start >= from),
    (i) => i.kinds.at(-1)!.kind,
  );
  console.log(`  incidents by kind: ${[...kinds].map(([kind, all]) => `${kind} ${all.length}`).join(', ')}`);
  return bars.every((bar) => bar.holds);
}

function wholeLosses({ rows, seeded, from }: Judged): OutageRow[] {
  const whole = seeded ? 0.9 : 0.95;
  return rows.filter(
    (row) =>
      row.firstDown >= from && row.prefixes >= 2 && shareOf(row, seeded) >= whole && !mostlyCovered(row),
  );
}

function recallBars(judged: Judged, matched: Map<OutageRow, Incident>): Bar[] {
  const { rows, seeded, from } = judged;
  const later = rows.filter((row) => row.firstDown >= from && row.originAs !== beaconAs);
  const whole = wholeLosses(judged);
  const single = later.filter(
    (row) => row.prefixes === 1 && row.covered === 0 && Math.max(row.known, seeded ? row.inTable : 0) === 1,
  );
  const large = later.filter((row) => row.prefixes - row.covered >= 10 && !whole.includes(row));
  const found = whole.filter((row) => matched.has(row));
  const startErrors = found.map((row) => Math.abs(matched.get(row)!.start - row.firstDown));
  const delay = (full: boolean): number[] =>
    found
      .map((row) => ({ row, incident: matched.get(row)! }))
      .filter(({ incident }) => everWas(incident, 'OUTAGE_FULL') === full)
      .map(({ row, incident }) => (full ? saidFullAt(incident) : incident.openedAt) - row.firstDown);
  return [
    recall('recall of whole-AS losses', whole, matched, 0.95),
    recall('recall of uncovered single-prefix ASes', single, matched, 0.93),
    recall('recall of 10 or more uncovered prefixes of larger ASes', large, matched, 0.85),
    atMost('whole-AS start error, seconds, p90', p90(startErrors), 120),
    atMost('whole-AS said FULL after, seconds, p90', p90(delay(true)), 360),
    atMost('whole-AS said otherwise after, seconds, p90', p90(delay(false)), 780),
  ];
}

const saidFullAt = (incident: Incident): number =>
  incident.kinds.find((said) => said.kind === 'OUTAGE_FULL')!.at;

function precisionBars(judged: Judged, matched: Map<OutageRow, Incident>): Bar[] {
  const { seeded, from } = judged;
  const rowOf = new Map([...matched].map(([row, incident]) => [incident, row]));
  const long = judged.incidents.filter((i) => isOutage(i) && i.start >= from && lasted(i));
  const right = long.filter((i) => {
    const row = rowOf.get(i);
    return row !== undefined && row.originAs !== beaconAs && (!seeded || !mostlyCovered(row));
  });
  const bars = [atLeast('OUTAGEs of 10 minutes that match a row', right.length, long.length, 0.95)];
  if (seeded) {
    const full = long.filter((i) => everWas(i, 'OUTAGE_FULL') && rowOf.has(i));
    const tooSmall = full.filter((i) => shareOf(rowOf.get(i)!, true) < 0.9);
    const covered = long.filter((i) => rowOf.has(i) && mostlyCovered(rowOf.get(i)!));
    bars.push(atMostShare('FULL said of less than 0.9 of the AS', tooSmall.length, full.length, 0.05));
    bars.push(atMostShare('OUTAGEs that are mostly covered', covered.length, long.length, 0.02));
  }
  const beacons = judged.incidents.filter((i) => i.originAs === beaconAs && !everWas(i, 'BURST'));
  bars.push(atMost('incidents of the beacons (AS12654)', beacons.length, 0));
  return bars;
}

const lasted = (incident: Incident): boolean =>
  incident.end === undefined || incident.end - incident.start >= tenMinutes;

function beatBars({ incidents, beats, from }: Judged): Bar[] {
  const inForce = (incident: Incident): boolean => incident.end === undefined || incident.end >= from;
  const asesThatWere = (kind: string): Set<number> =>
    new Set(incidents.filter((i) => everWas(i, kind) && inForce(i)).map((i) => i.originAs));
  const confirmed = asesThatWere('BEAT_CONFIRMED');
  const watched = new Set([...asesThatWere('BEAT_WATCH'), ...confirmed, ...asesThatWere('CHRONIC')]);
  const should = beats.filter((row) => row.confirmedAt !== '-').map((row) => row.originAs);
  const mayBe = new Set(beats.map((row) => row.originAs));
  const outside = [...confirmed].filter((as) => !mayBe.has(as));
  const found = should.filter((as) => confirmed.has(as));
  const missedWatch = should.filter((as) => !watched.has(as));
  return [
    {
      what: `ASes CONFIRMED of the ${should.length} in the table`,
      value: found.length,
      holds: found.length >= should.length - 1,
      detail: `not: ${should.filter((as) => !confirmed.has(as)).join(' ') || 'none'}`,
    },
    {
      what: 'of them not even WATCH',
      value: missedWatch.length,
      holds: missedWatch.length === 0,
      detail: missedWatch.join(' '),
    },
    {
      what: 'ASes CONFIRMED outside the WATCH of the table (at most 3)',
      value: outside.length,
      holds: outside.length <= 3,
      detail: outside.join(' '),
    },
    {
      what: 'ASes WATCH in all (for information)',
      value: watched.size,
      holds: true,
      detail: `of the table's ${mayBe.size}: ${[...mayBe].filter((as) => watched.has(as)).length}`,
    },
  ];
}

function stormBars({ incidents, storm }: Judged, matched: Map<OutageRow, Incident>): Bar[] {
  if (storm === undefined) return [];
  const rightOnes = new Set(matched.values());
  const opened = incidents.filter((i) => i.openedAt >= storm.from && i.openedAt < storm.until);
  const outside = opened.filter((i) => isOutage(i) && lasted(i) && !rightOnes.has(i));
  const beats = opened.filter((i) => everWas(i, 'BEAT_WATCH') || everWas(i, 'BEAT_CONFIRMED'));
  const ids = (found: readonly Incident[]): string => found.map(({ id }) => id).join(' ');
  return [
    {
      ...atMost('OUTAGEs of 10 minutes outside the table, in the storm', outside.length, 0),
      detail: ids(outside),
    },
    { ...atMost('beats that open in the storm', beats.length, 0), detail: ids(beats) },
  ];
}

function printDifferences(judged: Judged, matched: Map<OutageRow, Incident>): void {
  const time = (second: number): string => new Date(second * 1000).toISOString().slice(11, 19);
  for (const row of judged.rows.filter(
    (r) => r.firstDown >= judged.from && !mostlyCovered(r) && !matched.has(r),
  )) {
    const { originAs, prefixes, covered, known, inTable } = row;
    console.log(
      `  missed AS${originAs} ${time(row.firstDown)} ${prefixes} (${covered} covered) of ${known}/${inTable}`,
    );
  }
  const hit = new Map([...matched].map(([row, incident]) => [incident, row]));
  for (const incident of judged.incidents.filter((i) => isOutage(i) && i.start >= judged.from && lasted(i))) {
    const row = hit.get(incident);
    if (row === undefined) console.log(`  extra ${incident.id} ${incident.summary}`);
    else if (mostlyCovered(row))
      console.log(`  covered ${incident.id} ${row.prefixes} (${row.covered} covered)`);
  }
}

const p90 = (values: number[]): number => (values.length === 0 ? 0 : quantile(values, 0.9));

function recall(
  what: string,
  rows: readonly OutageRow[],
  matched: Map<OutageRow, Incident>,
  bar: number,
): Bar {
  return atLeast(what, rows.filter((row) => matched.has(row)).length, rows.length, bar);
}

function atLeast(what: string, part: number, whole: number, bar: number): Bar {
  const value = whole === 0 ? 1 : part / whole;
  return { what: `${what} (at least ${bar})`, value, holds: value >= bar, detail: `${part} of ${whole}` };
}

function atMostShare(what: string, part: number, whole: number, bar: number): Bar {
  const value = whole === 0 ? 0 : part / whole;
  return { what: `${what} (at most ${bar})`, value, holds: value <= bar, detail: `${part} of ${whole}` };
}

function atMost(what: string, value: number, bar: number): Bar {
  return { what: `${what} (at most ${bar})`, value, holds: value <= bar, detail: '' };
}
