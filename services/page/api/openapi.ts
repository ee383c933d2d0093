import { severities } from '#core/contract/anomalies.ts';
import { kindWords } from '../html/words.ts';
import { limitMax, states } from './incident-query.ts';
import { schemas } from './openapi-schemas.ts';

const text = { type: 'string' } as const;
const parameter = (name: string, schema: object, description: string) => ({
  name,
  in: 'query',
  description,
  schema,
});
const inPath = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: text,
});
const content = (type: string, schema: object) => ({ [type]: { schema } });
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const problem = (description: string) => ({
  description,
  content: content('application/problem+json', reference('Problem')),
});
const notModified = { description: 'As the If-None-Match of the request says it is.' };

const narrowed = [
  parameter(
    'state',
    { enum: states, default: 'open' },
    'Open ones, those that are over, or all that are kept.',
  ),
  parameter('severity', { enum: severities }, 'At least so loud; of one that is over, when it was loudest.'),
  parameter('kind', { enum: Object.keys(kindWords) }, 'Of this kind.'),
  parameter('asn', { type: 'string', pattern: '^(AS)?[0-9]{1,10}$' }, 'Of this origin AS.'),
];
const range = [
  parameter(
    'from',
    { type: 'string', format: 'date-time' },
    'Together with to; by default the last eight days.',
  ),
  parameter('to', { type: 'string', format: 'date-time' }, 'Exclusive; at most a year after from.'),
];

/** OpenAPI 3.1 of the JSON API. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Steadybeat',
    version: '1',
    description:
      'Incidents of the routing of origin ASes. Fields and enum values are those of the topics anomalies and as.scores (ProtoJSON). Incident ids are stable: the same updates give the same ids. Only GET and HEAD. Answers in JSON have an ETag; exports and streams have none.',
  },
  paths: {
    '/api/v1/incidents': {
      get: {
        operationId: 'listIncidents',
        summary: 'Incidents by their start, the latest first',
        parameters: [
          ...narrowed,
          parameter(
            'limit',
            { type: 'integer', minimum: 1, maximum: limitMax, default: 50 },
            'Incidents a page.',
          ),
          parameter('cursor', text, 'Go on behind the page that gave it (next).'),
          parameter(
            'format',
            { enum: ['csv', 'ndjson'] },
            'All that match, as a file; Accept does the same.',
          ),
        ],
        responses: {
          200: {
            description: 'A page, or everything as CSV (RFC 4180) or as JSON lines of whole incidents.',
            headers: { link: { description: 'rel="next": the next page.', schema: text } },
            content: {
              ...content('application/json', reference('IncidentPage')),
              ...content('text/csv', text),
              ...content('application/x-ndjson', reference('IncidentDetail')),
            },
          },
          304: notModified,
          400: problem('A parameter cannot be used.'),
        },
      },
    },
    '/api/v1/incidents/{id}': {
      get: {
        operationId: 'getIncident',
        summary: 'One incident with its evidence and its transitions',
        parameters: [inPath('id', 'incidentId')],
        responses: {
          200: {
            description: 'The incident.',
            content: content('application/json', reference('IncidentDetail')),
          },
          304: notModified,
          404: problem('Not known, or no longer kept.'),
        },
      },
    },
    '/api/v1/as/{asn}': {
      get: {
        operationId: 'getAs',
        summary:
          'One origin AS: scores by minute, when its prefixes were gone, when probes reached it, its incidents',
        parameters: [inPath('asn', '131279 or AS131279'), ...range],
        responses: {
          200: { description: 'What is kept of it.', content: content('application/json', reference('As')) },
          304: notModified,
          400: problem('A parameter cannot be used.'),
          404: problem('Not an AS number.'),
        },
      },
    },
    '/api/v1/stream': {
      get: {
        operationId: 'streamChanges',
        summary: 'Server-sent events: each change of an incident, and each minute',
        description:
          'Events: incident (an Incident), minute (asOf and the heartbeat), reset (what Last-Event-ID named is no longer known: ask for the list again).',
        parameters: [{ name: 'Last-Event-ID', in: 'header', schema: text, description: 'Go on behind it.' }],
        responses: {
          200: {
            description: 'The stream.',
            content: content('text/event-stream', { type: 'array', items: reference('StreamEvent') }),
          },
          503: { description: 'Too many viewers.' },
        },
      },
    },
  },
  components: { schemas },
} as const;
