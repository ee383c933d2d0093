import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { anomaliesCodec } from '#runtime/codec/anomalies.ts';
import { asScoresToJson } from '#runtime/codec/as-scores-json.ts';
import { anyAnomaly, anyAsScores } from '../property/arbitrary-values.ts';
import { asyncApiFile, asyncApiText } from './asyncapi-document.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const text = readFileSync(asyncApiFile, 'utf8');
const document = parse(text) as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

test('the document is what the contract and the topics say', () => {
  assert.ok(text === asyncApiText(), 'deploy/asyncapi.yaml is old: npm run gen');
});

test('every reference leads somewhere', () => {
  const references = [...text.matchAll(/\$ref: "#\/([^"]+)"/g)].map(([, target]) => target!.split('/'));
  assert.ok(references.length > 50);
  for (const steps of references) {
    let at: unknown = document;
    for (const step of steps) at = (at as Record<string, unknown>)[step];
    assert.ok(at, steps.join('/'));
  }
});

/** Everything of the value that the schema does not tell of. */
function untold(value: unknown, schema: Schema, at: string): string[] {
  const { $ref } = schema;
  if ($ref !== undefined) return untold(value, document.components.schemas[$ref.split('/').at(-1)!]!, at);
  if (schema.items !== undefined && Array.isArray(value))
    return value.flatMap((item) => untold(item, schema.items!, `${at}[]`));
  if (schema.enum !== undefined) return schema.enum.includes(String(value)) ? [] : [`${at}: ${value}`];
  if (schema.properties === undefined || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = schema.properties![name];
    return known === undefined ? [`${at}.${name}`] : untold(inner, known, `${at}.${name}`);
  });
}

test('it tells of all that a record of anomalies and a line of --scores can say', () => {
  const { Anomaly, AsScores } = document.components.schemas;
  const stamp = { producer: 'task/0', sequence: 1, eventMinute: 1 };
  const anomaly = fc.property(anyAnomaly, (value) => {
    const [record] = anomaliesCodec.encode(stamp, value);
    assert.deepEqual(untold(JSON.parse(Buffer.from(record!).toString()), Anomaly!, 'Anomaly'), []);
  });
  fc.assert(anomaly, { numRuns: 50 });
  const scores = fc.property(anyAsScores, (value) => {
    assert.deepEqual(untold(asScoresToJson(value), AsScores!, 'AsScores'), []);
  });
  fc.assert(scores, { numRuns: 50 });
});
