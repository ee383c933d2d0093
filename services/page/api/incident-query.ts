import type { Kind, Severity } from '#core/contract/anomalies.ts';
import { severities } from '#core/contract/anomalies.ts';
import { severityRank } from '#core/detect/severity.ts';
import { kindWords } from '../html/words.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';

export const states = ['open', 'closed', 'all'] as const;
const limitDefault = 50;
export const limitMax = 500;

/** What /incidents and /api/v1/incidents can be asked for. */
export interface IncidentQuery {
  readonly state: (typeof states)[number];
  /** At least so loud; of a closed one, when it was loudest. */
  readonly severity: Severity | undefined;
  readonly kind: Kind | undefined;
  readonly asn: number | undefined;
  readonly limit: number;
  /** Of an earlier answer: go on behind it. */
  readonly cursor: string | undefined;
}

export interface IncidentPageOf {
  readonly records: readonly IncidentRecord[];
  /** How many match in all. */
  readonly total: number;
  readonly next: string | undefined;
}

/** A parameter that cannot be used: its name and what it may be. Nothing of the request is repeated. */
export class WrongParameter extends Error {}

export function incidentQuery(parameters: URLSearchParams): IncidentQuery {
  const chosen = <T extends string>(name: string, known: readonly T[]): T | undefined => {
    const value = parameters.get(name);
    if (value === null || value === '') return undefined;
    const one = known.find((each) => each === value);
    if (one === undefined) throw new WrongParameter(`${name} is one of ${known.join(', ')}`);
    return one;
  };
  const cursor = parameters.get('cursor');
  if (cursor !== null && decodeCursor(cursor) === undefined)
    throw new WrongParameter('cursor is not one of an earlier answer');
  return {
    state: chosen('state', states) ?? 'open',
    severity: chosen('severity', severities),
    kind: chosen('kind', Object.keys(kindWords) as Kind[]),
    asn: asnOf(parameters.get('asn')),
    limit: limitOf(parameters.get('limit')),
    cursor: cursor ?? undefined,
  };
}

/** "131279" or "AS131279"; undefined where there is none. */
export function asnOf(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const match = /^\s*(?:AS)?(\d{1,10})\s*$/i.exec(text);
  const asn = Number(match?.[1]);
  if (!(asn < 2 ** 32)) throw new WrongParameter('asn is an AS number');
  return asn;
}

function limitOf(text: string | null): number {
  if (text === null) return limitDefault;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > limitMax)
    throw new WrongParameter(`limit is a number from 1 to ${limitMax}`);
  return limit;
}

/** All that match, the latest start first; equal starts by id. */
export function matching(view: WorldView, query: IncidentQuery): IncidentRecord[] {
  const records =
    query.asn !== undefined
      ? view.incidents.ofOrigin(query.asn)
      : [
          ...(query.state === 'closed' ? [] : view.incidents.open()),
          ...(query.state === 'open' ? [] : view.incidents.closed()),
        ];
  return records.filter((record) => matches(query, record)).sort(byStart);
}

function matches(
  { state, severity, kind }: IncidentQuery,
  { latest, peakSeverity }: IncidentRecord,
): boolean {
  const isClosed = latest.transition === 'closed';
  if (state !== 'all' && (state === 'closed') !== isClosed) return false;
  const loudness = isClosed ? peakSeverity : latest.severity;
  if (severity !== undefined && severityRank(loudness) < severityRank(severity)) return false;
  return kind === undefined || kind === latest.kind;
}

/** The page that a query asks for. A cursor is a place in the order, so what opens or closes meanwhile moves nothing. */
export function incidentsPage(view: WorldView, query: IncidentQuery): IncidentPageOf {
  const all = matching(view, query);
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)!;
  const from = after === undefined ? 0 : all.findIndex(({ latest }) => compare(latest, after) > 0);
  const records = from < 0 ? [] : all.slice(from, from + query.limit);
  const hasMore = from >= 0 && all.length > from + query.limit;
  return { records, total: all.length, next: hasMore ? encodeCursor(records.at(-1)!.latest) : undefined };
}

type Place = Pick<IncidentRecord['latest'], 'startSecond' | 'incidentId'>;

const byStart = (a: IncidentRecord, b: IncidentRecord): number => compare(a.latest, b.latest);

function compare(a: Place, b: Place): number {
  if (a.startSecond !== b.startSecond) return b.startSecond - a.startSecond;
  return a.incidentId < b.incidentId ? -1 : a.incidentId > b.incidentId ? 1 : 0;
}

const encodeCursor = ({ startSecond, incidentId }: Place): string =>
  Buffer.from(`${startSecond} ${incidentId}`).toString('base64url');

function decodeCursor(cursor: string): Place | undefined {
  const match = /^(\d{1,10}) (.{1,300})$/s.exec(Buffer.from(cursor.slice(0, 500), 'base64url').toString());
  return match === null ? undefined : { startSecond: Number(match[1]), incidentId: match[2]! };
}

/** The same query as text, without what is the default. */
export function queryString(query: IncidentQuery, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams(more);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || (name === 'limit' && value === limitDefault)) continue;
    parameters.set(name, String(value));
  }
  return parameters.toString();
}
