import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { csvHeader, csvLine } from '../api/incident-csv.ts';
import { incidentDetail } from '../api/incident-json.ts';
import { incidentQuery, matching } from '../api/incident-query.ts';
import type { Site } from '../html/site.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { acceptsGzip, prepare, securityHeaders, send } from './answer.ts';
import { refusal } from './routes.ts';

type ExportType = 'csv' | 'ndjson';

const mediaTypes: Readonly<Record<ExportType, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};
const linesAtOnce = 100;

/** What `format` or else `accept` asks for, if it is an export. */
export function exportTypes(parameters: URLSearchParams, accept: string | undefined): ExportType | undefined {
  const format = parameters.get('format');
  if (format === 'csv' || format === 'ndjson') return format;
  if (format !== null) return undefined;
  if (/\btext\/csv\b/.test(accept ?? '')) return 'csv';
  return /\bapplication\/x-ndjson\b/.test(accept ?? '') ? 'ndjson' : undefined;
}

/** Everything that matches, line by line as the client reads it; limit and cursor do not count here. */
export function exportIncidents(
  site: Site,
  parameters: URLSearchParams,
  type: ExportType,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  let records: IncidentRecord[];
  try {
    records = matching(site.view, incidentQuery(parameters));
  } catch (error) {
    send(request, response, prepare(refusal(site, '/api/v1/incidents', error)));
    return;
  }
  const isCompressed = acceptsGzip(request.headers['accept-encoding']);
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': mediaTypes[type],
    'content-disposition': `attachment; filename="steadybeat-incidents.${type}"`,
    'cache-control': 'no-cache',
    vary: 'accept-encoding, accept',
    ...(isCompressed && { 'content-encoding': 'gzip' }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const lines = Readable.from(chunks(site, records, type));
  const sent = isCompressed ? pipeline(lines, createGzip(), response) : pipeline(lines, response);
  // A client that goes away ends its export.
  sent.catch(() => response.destroy());
}

function* chunks({ names }: Site, records: readonly IncidentRecord[], type: ExportType): Generator<string> {
  if (type === 'csv') yield csvHeader;
  for (let from = 0; from < records.length; from += linesAtOnce) {
    const some = records.slice(from, from + linesAtOnce);
    yield some
      .map((record) =>
        type === 'csv' ? csvLine(record, names) : `${JSON.stringify(incidentDetail(record, names))}\n`,
      )
      .join('');
  }
}
