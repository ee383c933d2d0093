import { parseSecond } from '#core/event-time.ts';
import { asDetail } from '../api/as-json.ts';
import { incidentDetail, incidentSummary } from '../api/incident-json.ts';
import { asnOf, incidentQuery, incidentsPage, queryString, WrongParameter } from '../api/incident-query.ts';
import { openApi } from '../api/openapi.ts';
import { asPage } from '../html/as-page.ts';
import { errorPage } from '../html/error-page.ts';
import { type AskedRange, incidentPage } from '../html/incident-page.ts';
import { listPage } from '../html/list-page.ts';
import type { Site } from '../html/site.ts';
import { worldPage } from '../html/world-page.ts';
import type { Answer } from './answer.ts';

export type Answered = Answer;

/** The answer to a path that is no asset and no stream. Throws WrongParameter, or NotFound. */
export function routeOf(site: Site, path: string, parameters: URLSearchParams): Answered {
  const [first, ...rest] = segments(path);
  if (first === 'api') return apiRoute(site, rest.slice(1), parameters);
  const [second] = rest;
  if (rest.length > 1) throw new NotFound();
  if (first === undefined) return page(worldPage(site));
  if (first === 'incidents' && second === undefined) {
    const query = incidentQuery(parameters);
    return page(listPage(site, query, incidentsPage(site.view, query)));
  }
  if (first === 'incidents') return page(incidentPage(site, incident(site, second!), rangeOf(parameters)));
  if (first === 'as' && second === undefined) return seeAs(parameters);
  if (first === 'as') return page(asPage(site, pathAsn(second!), rangeOf(parameters)));
  throw new NotFound();
}

function apiRoute(
  site: Site,
  [resource, id, ...rest]: readonly string[],
  parameters: URLSearchParams,
): Answered {
  const { view, names } = site;
  if (rest.length > 0) throw new NotFound();
  if (resource === 'incidents' && id === undefined) return incidentList(site, parameters);
  if (resource === 'incidents') return json(incidentDetail(incident(site, id!), names));
  if (resource === 'as' && id !== undefined)
    return json(asDetail(view, names, pathAsn(id), rangeOf(parameters)));
  if (resource === 'openapi.json' && id === undefined) return json(openApi);
  throw new NotFound();
}

function incidentList({ view, names }: Site, parameters: URLSearchParams): Answered {
  const query = incidentQuery(parameters);
  const { records, total, next } = incidentsPage(view, query);
  const nextUrl =
    next === undefined ? undefined : `/api/v1/incidents?${queryString({ ...query, cursor: next })}`;
  return {
    ...json({
      incidents: records.map((record) => incidentSummary(record, names)),
      total,
      ...(nextUrl && { next: nextUrl }),
    }),
    ...(nextUrl && { headers: { link: `<${nextUrl}>; rel="next"` } }),
  };
}

export class NotFound extends Error {}

/** The answer where none can be given; nothing of the request is repeated in it. */
export function refusal(site: Site, path: string, error: unknown): Answered {
  const [status, title, detail] =
    error instanceof NotFound
      ? ([404, 'Not found', 'There is nothing here, or it is no longer kept.'] as const)
      : error instanceof WrongParameter
        ? ([400, 'Wrong parameter', `${error.message}.`] as const)
        : ([500, 'Failed', 'This answer could not be made.'] as const);
  if (!path.startsWith('/api/')) return { ...page(errorPage(site, title, detail)), status };
  const body = `${JSON.stringify({ title, status, detail })}\n`;
  return { status, type: 'application/problem+json', body };
}

export const plainAnswer = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body,
});

function segments(path: string): string[] {
  try {
    return path
      .split('/')
      .slice(1)
      .filter((part, i) => part !== '' || i > 0)
      .map(decodeURIComponent);
  } catch {
    throw new NotFound();
  }
}

function incident({ view }: Site, id: string) {
  const record = view.incidents.get(id);
  if (record === undefined) throw new NotFound();
  return record;
}

function pathAsn(text: string): number {
  if (!/^(?:AS)?\d{1,10}$/i.test(text)) throw new NotFound();
  return asnOf(text)!;
}

/** Of the form: the number is checked, so that only digits come into the header. */
function seeAs(parameters: URLSearchParams): Answered {
  const asn = asnOf(parameters.get('asn'));
  if (asn === undefined) throw new WrongParameter('asn is an AS number');
  return { ...plainAnswer(303, ''), headers: { location: `/as/${asn}` } };
}

const spanMax = 366 * 86_400;

/** Of `from` and `to`, which come together; a year at most. */
function rangeOf(parameters: URLSearchParams): AskedRange | undefined {
  const [from, to] = [parameters.get('from'), parameters.get('to')];
  if (from === null && to === null) return undefined;
  const [fromSecond, toSecond] = [parseSecond(from ?? ''), parseSecond(to ?? '')];
  if (fromSecond === undefined || toSecond === undefined || !(fromSecond < toSecond))
    throw new WrongParameter('from and to are times such as 2014-12-22T16:15Z, from the earlier');
  if (toSecond - fromSecond > spanMax) throw new WrongParameter('from and to are at most a year apart');
  return { fromSecond, toSecond };
}

const page = (body: string): Answer => ({ status: 200, type: 'text/html; charset=utf-8', body });
const json = (value: unknown): Answer => ({
  status: 200,
  type: 'application/json',
  body: `${JSON.stringify(value, finite)}\n`,
});

/** JSON has no number for what is infinite. */
const finite = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
