import { severities } from '#core/contract/anomalies.ts';
import { kindWords } from '../html/words.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const number = { type: 'number' } as const;
const flag = { type: 'boolean' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const list = (items: object) => ({ type: 'array', items });
const named = (prefix: string, names: readonly string[]) => ({
  enum: names.map((name) => `${prefix}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`),
});
const object = (properties: Readonly<Record<string, object>>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});

const kind = named('KIND', Object.keys(kindWords));
const severity = named('SEVERITY', severities);
const transition = named('TRANSITION', ['opened', 'updated', 'closed']);
const closeReason = named('CLOSE_REASON', ['recovered', 'expired', 'merged', 'retracted']);

const incidentFields = {
  incidentId: text,
  transition,
  closeReason,
  kind,
  subject: text,
  originAs: count,
  originName: text,
  country: text,
  startTime: time,
  endTime: time,
  eventTime: time,
  severity,
  peakSeverity: severity,
  summary: text,
  prefixes: list(text),
  prefixCount: count,
  linkedIncidentIds: list(text),
  durationSeconds: count,
  peersFor: count,
  livePeers: count,
  revision: count,
  url: text,
  muted: object({ subject: text, untilTime: time, reason: text }),
  detector: object({ version: text, configurationHash: text }),
};
const optionalFields = ['closeReason', 'originName', 'country', 'endTime', 'muted', 'detector'];
const incidentRequired = Object.keys(incidentFields).filter((name) => !optionalFields.includes(name));

const evidence = {
  type: 'object',
  description:
    'Message Evidence of proto/steadybeat/v1/anomalies.proto: peers for and against, rule, measures, samples, phases.',
};
/** Those of proto3 JSON: what is not finite is a text. */
const anyNumber = { oneOf: [number, { enum: ['Infinity', '-Infinity', 'NaN'] }] };
const decision = {
  ...object({
    eventTime: time,
    rule: text,
    measures: list(object({ name: text, value: anyNumber, threshold: anyNumber })),
  }),
  description:
    'With what it came to be told as this kind. The measures of the evidence are of the latest transition, which may be the recovery.',
};
const step = object({ transition, kind, severity, eventTime: time, summary: text, closeReason }, [
  'transition',
  'kind',
  'severity',
  'eventTime',
  'summary',
]);
const span = (states: readonly string[]) =>
  object({ state: { enum: states }, startTime: time, endTime: time }, ['state', 'startTime']);

/** The text of an event's data, which is JSON. */
const event = (name: string, data: object, more: Readonly<Record<string, object>> = {}) =>
  object({
    event: { enum: [name] },
    ...more,
    data: { ...text, contentMediaType: 'application/json', contentSchema: data },
  });

export const schemas = {
  Incident: object(incidentFields, incidentRequired),
  IncidentDetail: object({ ...incidentFields, evidence, decision, transitions: list(step) }, [
    ...incidentRequired,
    'evidence',
    'decision',
    'transitions',
  ]),
  IncidentPage: object(
    { incidents: list({ $ref: '#/components/schemas/Incident' }), total: count, next: text },
    ['incidents', 'total'],
  ),
  Minute: object(
    {
      asOf: time,
      activeOrigins: count,
      unstableOrigins: count,
      storm: flag,
      ipv4Frozen: flag,
      ipv6Frozen: flag,
    },
    ['asOf'],
  ),
  StreamEvent: {
    oneOf: [
      event('incident', { $ref: '#/components/schemas/Incident' }, { id: text }),
      event('minute', { $ref: '#/components/schemas/Minute' }),
      event('reset', object({})),
    ],
  },
  As: object(
    {
      originAs: count,
      name: text,
      country: text,
      asOf: time,
      fromTime: time,
      toTime: time,
      latest: object({
        minute: text,
        score: number,
        surprise: number,
        expected: count,
        lost: count,
        wholeTable: flag,
        upstreamAs: count,
      }),
      scores: {
        ...object({ time: list(count), score: list(number), surprise: list(number), lost: list(count) }),
        description:
          'Columns: seconds since 1970, S, Z, lost prefixes. A minute that is not there was quiet.',
      },
      prefixes: list(
        object({
          prefix: text,
          state: { enum: ['visible', 'partial', 'gone'] },
          spans: list(span(['partial', 'gone'])),
        }),
      ),
      probes: {
        ...object({
          state: { enum: ['reachable', 'partial', 'unreachable', 'notProbed'] },
          spans: list(span(['reachable', 'partial', 'unreachable'])),
        }),
        description: 'What probes said, where there ever were any. Between the spans it was not probed.',
      },
      incidents: list({ $ref: '#/components/schemas/Incident' }),
    },
    ['originAs', 'asOf', 'fromTime', 'toTime', 'incidents'],
  ),
  Problem: object({ title: text, status: count, detail: text }),
};
