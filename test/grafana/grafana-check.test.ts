/** The opt-in check against a fake: a server of ours that answers as Grafana's documentation says. It shows that the check asks and judges, nothing of Grafana. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text as textOf } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { dashboards } from './dashboards.ts';
import { fileOf } from './files.ts';
import { checkGrafana } from './grafana-check.ts';

interface Asked {
  readonly from: string;
  readonly queries: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

interface Fake {
  readonly authorization: string;
  readonly sourceType: string;
  /** Dashboards that are not there. */
  readonly missing: readonly string[];
  /** What a query is answered with. */
  readonly answer: (expr: string) => { readonly status: number; readonly result: object };
}

const withData = { frames: [{ data: { values: [[1_419_264_900_000], [1]] } }] };
const working: Fake = {
  authorization: 'Bearer token-of-a-service-account',
  sourceType: 'prometheus',
  missing: [],
  answer: () => ({ status: 200, result: withData }),
};
const token = 'token-of-a-service-account';
const committed = Object.entries(dashboards).map(([name, { uid }]) => ({
  uid,
  text: readFileSync(fileOf(name), 'utf8'),
}));
/** Those of the panels, and the annotations of each dashboard. */
const queries = Object.values(dashboards)
  .flatMap(({ rows }) => Object.values(rows).flat())
  .reduce((sum, panel) => sum + Object.keys(panel.queries).length, committed.length);

async function fakeGrafana(t: TestContext, changes: Partial<Fake> = {}) {
  const fake = { ...working, ...changes };
  const expressions: string[] = [];
  const answerTo = async (method: string, path: string, body: () => Promise<unknown>) => {
    if (path === '/api/health') return { status: 200, content: { database: 'ok', version: '12.1.1' } };
    if (path === '/api/datasources/uid/steadybeat-prometheus')
      return { status: 200, content: { uid: 'steadybeat-prometheus', type: fake.sourceType } };
    const dashboard = committed.find(({ uid }) => path === `/api/dashboards/uid/${uid}`);
    if (dashboard !== undefined && !fake.missing.includes(dashboard.uid))
      return { status: 200, content: { dashboard: JSON.parse(dashboard.text), meta: { provisioned: true } } };
    if (method !== 'POST' || path !== '/api/ds/query')
      return { status: 404, content: { message: 'Not found' } };
    const { from, queries: asked } = (await body()) as Asked;
    const [{ refId, expr, datasource }] = asked as [Asked['queries'][number]];
    assert.deepEqual([from, datasource.uid], ['now-6h', 'steadybeat-prometheus']);
    expressions.push(expr);
    const { status, result } = fake.answer(expr);
    return { status, content: { results: { [refId]: result } } };
  };
  const server = createServer(async (request, response) => {
    const isKnown = request.url === '/api/health' || request.headers.authorization === fake.authorization;
    const { status, content } = isKnown
      ? await answerTo(request.method!, request.url!, () => json(request))
      : { status: 401, content: { message: 'Unauthorized' } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, expressions };
}

test('a Grafana that has all of it: every query is asked once, with its variables filled in', async (t) => {
  const { host, expressions } = await fakeGrafana(t);
  const checked = await checkGrafana({ url: `http://${host}/`, token });
  assert.deepEqual(checked, { version: '12.1.1', queries, withData: queries, withoutData: [], problems: [] });
  assert.equal(expressions.length, queries);
  for (const { annotations } of Object.values(dashboards))
    assert.ok(expressions.includes(annotations.replaceAll(/\$\w+/g, '.+')), annotations);
  for (const expr of expressions) assert.doesNotMatch(expr, /\$(?!__rate_interval|__interval)/);
});

test('a user in the address', async (t) => {
  const authorization = `Basic ${Buffer.from('admin:p@ss').toString('base64')}`;
  const { host } = await fakeGrafana(t, { authorization });
  assert.deepEqual((await checkGrafana({ url: `http://admin:p%40ss@${host}` })).problems, []);
});

test('who may not look is told so, of everything', async (t) => {
  const { host } = await fakeGrafana(t);
  const { problems } = await checkGrafana({ url: `http://${host}`, token: 'another' });
  assert.equal(problems.length, 1 + committed.length);
  for (const problem of problems) assert.match(problem, /HTTP 401/);
});

test('a dashboard that is not there, another data source, a query that fails, and one without data', async (t) => {
  const answer: Fake['answer'] = (expr) => {
    if (expr.includes('steadybeat_watch_surprise')) return { status: 400, result: { error: 'parse error' } };
    return { status: 200, result: expr.includes('steadybeat_watch_score') ? { frames: [] } : withData };
  };
  const { host } = await fakeGrafana(t, { sourceType: 'loki', missing: ['steadybeat-pipeline'], answer });
  const { problems, withoutData } = await checkGrafana({ url: `http://${host}`, token });
  assert.equal(problems.length, 3);
  assert.match(problems[0]!, /data source steadybeat-prometheus is a loki/);
  assert.match(problems.find((one) => one.includes('surprise'))!, /: parse error$/);
  assert.match(problems.at(-1)!, /dashboard steadybeat-pipeline: HTTP 404/);
  assert.equal(withoutData.length, 1);
});

test('nobody there is one problem', async () => {
  const { problems } = await checkGrafana({ url: 'http://127.0.0.1:1' });
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /^there is no Grafana: /);
});

/** `npm run grafana:check` itself. */
async function checking(url: string | undefined) {
  const { GRAFANA_URL: _url, GRAFANA_TOKEN: _token, ...env } = process.env;
  const given = url === undefined ? {} : { GRAFANA_URL: url, GRAFANA_TOKEN: token };
  const child = spawn(process.execPath, ['test/grafana/check.ts'], { env: { ...env, ...given } });
  const [stdout, stderr, [status]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'exit'),
  ]);
  return { status, stdout, stderr };
}

test('without an address nothing is checked, and it says so', async () => {
  const { status, stdout } = await checking(undefined);
  assert.equal(status, 0);
  assert.match(stdout, /^SKIPPED: GRAFANA_URL is not set, so no dashboard was looked at in a Grafana\./);
});

test('what is no address is said in one line', async () => {
  for (const url of ['nonsense', 'localhost:3000']) {
    const { status, stdout, stderr } = await checking(url);
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(stderr, 'GRAFANA_URL is no address like http://127.0.0.1:3000.\n');
  }
});

test('where some queries have data it is well, and where none has it is not', async (t) => {
  const isScore = (expr: string) => expr.includes('steadybeat_watch_score');
  const { host } = await fakeGrafana(t, {
    answer: (expr) => ({ status: 200, result: isScore(expr) ? withData : { frames: [] } }),
  });
  const some = await checking(`http://${host}`);
  assert.deepEqual([some.status, some.stderr], [0, '']);
  assert.match(some.stdout, /queries of panels and annotations, 1 of them with data\. Variables were not/);
  const empty = await fakeGrafana(t, { answer: () => ({ status: 200, result: { frames: [] } }) });
  const none = await checking(`http://${empty.host}`);
  assert.deepEqual([none.status, none.stderr], [1, 'wrong: no query has data\n']);
});
