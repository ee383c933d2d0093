/**
 * `npm run evaluate [-- [--differences] --truth-outages TSV --truth-beats TSV --from TIME [--seed-rib FILE] FILE...]`
 *
 * Runs the main job over a day of updates and holds its incidents against hindsight
 * tables, one to one (what each figure means: README of the tables). Without arguments:
 * the day 2008-02-20 of $STEADYBEAT_DATA, seeded with its May 2008 table and unseeded. With
 * --incidents NDJSON what an earlier run printed is judged instead of a new run; with
 * --differences every missed row and every incident without a row is listed.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { incidentsIn, incidentsOf } from './incidents.ts';
import { printReport } from './report.ts';
import { readBeats, readOutages } from './truth.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'truth-outages': { type: 'string' },
    'truth-beats': { type: 'string' },
    'seed-rib': { type: 'string' },
    from: { type: 'string' },
    incidents: { type: 'string' },
    differences: { type: 'boolean', default: false },
  },
});

interface Run {
  readonly name: string;
  readonly outages: string;
  readonly beats: string;
  readonly seed: string | undefined;
  /** Judged from here on (seconds since 1970). */
  readonly from: number;
  readonly storm?: { readonly from: number; readonly until: number };
  readonly files: readonly string[];
}

let ok = true;
const given = positionals.length > 0 || values.incidents !== undefined;
for (const run of given ? [givenRun()] : dayOf2008()) {
  const options = run.seed === undefined ? [] : ['--seed-rib', run.seed];
  const incidents =
    values.incidents === undefined
      ? await incidentsOf(run.files, options)
      : incidentsIn(readFileSync(values.incidents, 'utf8'));
  console.log(`\n${run.name}: ${incidents.length} incidents`);
  const judged = {
    incidents,
    rows: readOutages(run.outages),
    beats: readBeats(run.beats),
    seeded: run.seed !== undefined,
    from: run.from,
    storm: run.storm,
    differences: values.differences,
  };
  ok = printReport(judged) && ok;
}
process.exitCode = ok ? 0 : 1;

function givenRun(): Run {
  const { 'truth-outages': outages, 'truth-beats': beats, from } = values;
  if (outages === undefined || beats === undefined || from === undefined) {
    console.error('evaluate: FILE... needs --truth-outages, --truth-beats and --from');
    process.exit(2);
  }
  const seed = values['seed-rib'];
  return { name: 'the given files', outages, beats, seed, from: Date.parse(from) / 1000, files: positionals };
}

function dayOf2008(): Run[] {
  const data = process.env.STEADYBEAT_DATA;
  if (data === undefined) {
    console.error('evaluate: STEADYBEAT_DATA is not set, and no files are given');
    process.exit(2);
  }
  const day = {
    outages: join(data, 'truth/rv2-2008-02-20-outages.tsv'),
    beats: join(data, 'truth/rv2-2008-02-20-beats.tsv'),
    from: Date.parse('2008-02-20T06:00:00Z') / 1000,
    storm: {
      from: Date.parse('2008-02-20T15:36:00Z') / 1000,
      until: Date.parse('2008-02-20T16:36:00Z') / 1000,
    },
    files: globSync(join(data, 'mrt/rv2-2008-02-20/updates.*.bz2')).sort(),
  };
  const table = join(data, 'mapping/hadiasghari_pyasn__ipasn_20080501_v12.dat.gz');
  return [
    { name: '2008-02-20, seeded with the table of May 2008', seed: table, ...day },
    { name: '2008-02-20, unseeded', seed: undefined, ...day },
  ];
}
