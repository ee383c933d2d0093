import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { WorldView } from '#page/view/world-view.ts';
import { EventStream } from './event-stream.ts';
import { anomalyOf, eventOf, noon, passMinute, reachOf, scoresOf, servePage } from './made-world.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly contentSchema?: Schema;
}

test('what the API says is what its document says', { timeout: 60_000 }, async (t) => {
  const view = new WorldView();
  view.addScores(scoresOf(noon, { events: [eventOf('down', '192.0.2.0/24', noon + 5)] }));
  view.addScores(scoresOf(noon + 60, { reach: reachOf('up', noon) }));
  view.addScores(scoresOf(noon + 120, { reach: reachOf('down', noon + 70) }));
  const measured = (value: number) => ({ name: 'visible share', value, threshold: Number.POSITIVE_INFINITY });
  view.addAnomaly(anomalyOf({ evidence: { measures: [measured(0.01)] } }));
  view.addAnomaly(
    anomalyOf({
      transition: 'closed',
      closeReason: 'recovered',
      endSecond: noon + 300,
      eventSecond: noon + 600,
      evidence: { measures: [measured(1)] },
    }),
  );
  passMinute(view, noon + 300);
  const page = await servePage(t, view, { names: new Map([[64_500, { name: 'EXAMPLE', country: 'DE' }]]) });
  const json = async (path: string) => (await page.get(path)).json();
  const document = (await json('/api/v1/openapi.json')) as {
    paths: object;
    components: { schemas: Record<string, Schema> };
  };
  const { schemas } = document.components;
  const { incidentId } = anomalyOf();
  const answers: readonly (readonly [string, string, string])[] = [
    ['/api/v1/incidents', '/api/v1/incidents?state=all', 'IncidentPage'],
    ['/api/v1/incidents/{id}', `/api/v1/incidents/${incidentId}`, 'IncidentDetail'],
    ['/api/v1/as/{asn}', '/api/v1/as/64500', 'As'],
  ];
  for (const [path, url, name] of answers) {
    assert.ok(path in document.paths, path);
    assert.deepEqual(differences(await json(url), schemas[name]!, name), []);
  }
  // The measures of its end are not those that met the rule.
  const { decision, evidence } = (await json(`/api/v1/incidents/${incidentId}`)) as Pick<
    Anomaly,
    'evidence'
  > & {
    decision: object;
  };
  assert.equal(evidence.measures[0]!.value, 1);
  assert.deepEqual(decision, {
    eventTime: '2014-12-22T12:03:00Z',
    rule: evidence.rule,
    measures: [{ name: 'visible share', value: 0.01, threshold: 'Infinity' }],
  });
  // Of this one everything is known.
  const whole = (await json('/api/v1/as/64500')) as object;
  assert.deepEqual(Object.keys(whole).sort(), Object.keys(schemas.As!.properties!).sort());
  assert.deepEqual(differences(await json('/api/v1/none'), schemas.Problem!, 'Problem'), []);

  const stream = await EventStream.open(`${page.url}/api/v1/stream`, { 'Last-Event-ID': 'unknown' });
  t.after(() => stream.close());
  await stream.first(({ event }) => event === 'minute');
  view.addAnomaly(anomalyOf({ originAs: 64_501 }));
  await stream.first(({ event }) => event === 'incident');
  for (const name of ['reset', 'minute', 'incident']) {
    const schema = schemas.StreamEvent!.oneOf!.find(({ properties }) => properties!.event!.enum![0] === name);
    const { data, id } = stream.events.find(({ event }) => event === name)!;
    assert.deepEqual(differences(data, schema!.properties!.data!.contentSchema!, name), []);
    assert.equal(id !== undefined, 'id' in schema!.properties!, name);
  }

  function differences(value: unknown, schema: Schema, at: string): string[] {
    if (schema.$ref !== undefined) return differences(value, schemas[schema.$ref.split('/').at(-1)!]!, at);
    if (schema.oneOf !== undefined)
      return schema.oneOf.some((one) => differences(value, one, at).length === 0) ? [] : [`${at}: ${value}`];
    if (schema.enum !== undefined) return schema.enum.includes(value as string) ? [] : [`${at}: ${value}`];
    if (schema.type === 'array')
      return (value as unknown[]).flatMap((item, i) => differences(item, schema.items!, `${at}[${i}]`));
    if (schema.type !== 'object')
      return typeof value === (schema.type === 'integer' ? 'number' : schema.type)
        ? []
        : [`${at}: ${typeof value}`];
    const { properties } = schema;
    if (properties === undefined) return [];
    const fields = Object.entries(value as object);
    return [
      ...(schema.required ?? [])
        .filter((key) => !(key in (value as object)))
        .map((key) => `${at} lacks ${key}`),
      ...fields.filter(([key]) => !(key in properties)).map(([key]) => `${at}.${key} is not in the document`),
      ...fields
        .filter(([key]) => key in properties)
        .flatMap(([key, one]) => differences(one, properties[key]!, `${at}.${key}`)),
    ];
  }
});
