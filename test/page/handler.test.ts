import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPage } from '#page/http/page.ts';
import { WorldView } from '#page/view/world-view.ts';
import type { Handle } from '#runtime/http/entrance.ts';
import { serve } from '#runtime/http/server.ts';
import { anomalyOf, noon, openMany, passMinute, scoresOf, servePage } from './made-world.ts';
import { rawRequest } from './raw-request.ts';

const view = new WorldView();
view.addScores(scoresOf(noon));
view.addAnomaly(anomalyOf());
passMinute(view, noon + 180);
const page = await servePage({ after }, view);
const { incidentId } = anomalyOf();

const documents = ['/', '/incidents', `/incidents/${incidentId}`, '/as/64500', '/as/1'];
const everything = [
  ...documents,
  ...['/api/v1/incidents', `/api/v1/incidents/${incidentId}`, '/api/v1/as/64500', '/api/v1/openapi.json'],
  ...['/assets/page.css', '/assets/page.mjs', '/assets/chart.mjs', '/assets/uplot.mjs', '/assets/uplot.css'],
  ...['/assets/favicon.svg', '/api/v1/incidents?format=csv', '/api/v1/incidents?format=ndjson'],
];

test('everything answers GET, and HEAD alike without a body', async () => {
  for (const path of everything) {
    const got = await page.get(path);
    assert.equal(got.status, 200, path);
    assert.ok((await got.text()).length > 0, path);
    const head = await page.get(path, { method: 'HEAD' });
    assert.equal(head.status, 200, path);
    assert.equal(head.headers.get('content-type'), got.headers.get('content-type'), path);
    assert.equal(await head.text(), '', path);
  }
});

test('each answer forbids inline code, strangers and frames, also one that refuses', async () => {
  for (const path of [...everything, '/as/x', '/incidents/none', '/api/v1/none', '/incidents?limit=x']) {
    const { headers } = await page.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|http|data:/, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
  }
});

test('pages have no inline script or style, and name no other host', async () => {
  for (const path of documents) {
    const text = await (await page.get(path)).text();
    assert.doesNotMatch(text, /<script(?![^>]* src="\/)|<style|\sstyle=|\son\w+=|javascript:/i, path);
    assert.doesNotMatch(text, /(?:src|href|action)="(?:https?:)?\/\//i, path);
  }
});

test('why it was told: by what met the rule, also when it is over, and anew when it becomes something else', async () => {
  const originAs = 64_777;
  const measured = (value: number) => ({ measures: [{ name: 'visible share', value, threshold: 0.05 }] });
  const told = async (fields: Parameters<typeof anomalyOf>[0]) => {
    view.addAnomaly(anomalyOf({ originAs, ...fields }));
    // A page of its own: answers are kept for a moment.
    const fresh = await servePage({ after }, view);
    const text = await (await fresh.get(`/incidents/${anomalyOf({ originAs }).incidentId}`)).text();
    return [/<td>([\d.]+)<\/td>/.exec(text)![1], /met at <time datetime="([^"]+)"/.exec(text)![1]];
  };
  const [opened, changed] = ['2014-12-22T12:03:00Z', '2014-12-22T13:00:00Z'];
  assert.deepEqual(await told({ evidence: measured(0.01) }), ['0.01', opened]);
  assert.deepEqual(await told({ transition: 'updated', evidence: measured(0.5) }), ['0.01', opened]);
  const partial = { kind: 'outagePartial', eventSecond: noon + 3600 } as const;
  assert.deepEqual(await told({ ...partial, transition: 'updated', evidence: measured(0.6) }), [
    '0.60',
    changed,
  ]);
  const end = { transition: 'closed', closeReason: 'recovered', endSecond: noon + 7200 } as const;
  assert.deepEqual(await told({ ...partial, ...end, evidence: measured(1) }), ['0.60', changed]);
});

test('only GET and HEAD', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const response = await page.get('/api/v1/incidents', { method });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD'], method);
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none';/, method);
  }
});

test('what is not there is 404, and what cannot be used is 400; neither repeats the request', async () => {
  const marker = 'zzMARKERzz';
  const missing = [
    `/as/${marker}`,
    `/incidents/${marker}`,
    `/api/v1/${marker}`,
    `/api/v1/incidents/${marker}`,
  ];
  for (const path of [
    ...missing,
    `/assets/${marker}`,
    '/as/1/2',
    '/as/99999999999',
    '/api',
    '/api/v1',
    '/live/x',
    '/as/%zz',
  ]) {
    const response = await page.get(path);
    assert.ok([400, 404].includes(response.status), `${path}: ${response.status}`);
    assert.ok(!(await response.text()).includes(marker), path);
  }
  const wrong = [
    'limit=0',
    'limit=501',
    'limit=x',
    'state=x',
    'severity=x',
    'kind=x',
    'asn=x',
    'cursor=x',
    'asn=4294967296',
  ];
  for (const query of wrong.map((one) => one.replace('x', marker))) {
    for (const path of ['/incidents', '/api/v1/incidents']) {
      const response = await page.get(`${path}?${query}`);
      assert.equal(response.status, 400, `${path}?${query}`);
      const text = await response.text();
      assert.ok(!text.includes(marker), path);
      if (path.startsWith('/api')) assert.equal((JSON.parse(text) as { status: number }).status, 400);
    }
  }
  for (const range of [
    'from=x&to=y',
    'from=2014-12-22',
    'from=2014-12-22&to=2014-12-21',
    'from=2000-01-01&to=2014-01-01',
  ])
    assert.equal((await page.get(`/as/64500?${range}`)).status, 400, range);
});

test('no path leads out of the page', async () => {
  const attempts = [
    '/assets/../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/....//....//etc/passwd',
    '/assets/page.css%00.html',
    '//etc/passwd',
    '/assets\\..\\package.json',
    '/incidents/..%2f..%2fetc%2fpasswd',
  ];
  for (const path of attempts) {
    const answer = await rawRequest(
      page.url,
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 40[04] /, path);
    assert.doesNotMatch(answer, /root:|"dependencies"/, path);
  }
});

test('no header can be put into an answer', async () => {
  const injected = '%0d%0aset-cookie:%20a=b';
  for (const path of [
    `/as?asn=1${injected}`,
    `/as/1${injected}`,
    `/incidents?cursor=${injected}`,
    `/api/v1/incidents/${injected}`,
  ]) {
    const answer = await rawRequest(
      page.url,
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    assert.doesNotMatch(answer, /^set-cookie/im, path);
  }
  const found = await page.get('/as?asn=%20as64500%20');
  assert.deepEqual([found.status, found.headers.get('location')], [303, '/as/64500']);
});

test('a request of nonsense is refused, and the page goes on', async () => {
  for (const bytes of [
    '\u0000\u0001\u0002\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  ])
    assert.match(await rawRequest(page.url, bytes), /^(?:HTTP\/1\.1 4\d\d |$)/);
  assert.equal((await page.get('/')).status, 200);
});

test('an unchanged answer is 304, a changed one is not; compressed and plain are told apart', async (t) => {
  for (const path of ['/', '/api/v1/incidents', '/assets/page.css']) {
    const first = await page.get(path);
    const etag = first.headers.get('etag')!;
    const again = await page.get(path, { headers: { 'if-none-match': `"other", W/${etag}` } });
    assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', etag], path);
    // What is small is not compressed.
    if (path === '/api/v1/incidents') continue;
    const plain = await page.get(path, { headers: { 'accept-encoding': 'identity', 'if-none-match': etag } });
    assert.equal(plain.status, 200, path);
    assert.notEqual(plain.headers.get('etag'), etag, path);
  }
  const own = new WorldView();
  const other = await servePage(t, own);
  const etag = (await other.get('/api/v1/incidents')).headers.get('etag')!;
  own.addAnomaly(anomalyOf());
  // For a moment the same answer may be given again.
  let status = 304;
  while (status === 304)
    status = (await other.get('/api/v1/incidents', { headers: { 'if-none-match': etag } })).status;
  assert.equal(status, 200);
});

test('what is not the page is left to others', async () => {
  const own = createPage(new WorldView());
  const seen: string[] = [];
  const rest: Handle = (request, response) => {
    seen.push(request.url!);
    response.end('other');
    return true;
  };
  const server = await serve(
    { host: '127.0.0.1', port: 0 },
    (request, response) => own.handle(request, response) || rest(request, response),
    { warn: console.error },
  );
  for (const path of ['/metrics', '/healthz', '/assetsx', '/api/v2/x'])
    await (await fetch(`${server.url}${path}`)).text();
  assert.deepEqual(seen, ['/metrics', '/healthz', '/assetsx', '/api/v2/x']);
  own.close();
  await server.close();
});

test('names of the worst sort stay text, everywhere', async (t) => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\`\${x}\u202e\r\n\r\ndata: x`;
  const hostile = new WorldView();
  const anomaly = anomalyOf({
    incidentId: `id ${evil}`,
    subject: evil,
    summary: evil,
    prefixes: [evil, '192.0.2.0/24'],
    linkedIncidentIds: [evil],
    evidence: {
      rule: evil,
      expectedBasis: evil,
      measures: [{ name: evil, value: 1, threshold: 2 }],
      samplePeersFor: [evil],
      samplePeersAgainst: [evil],
      sampleUpdates: [evil],
      members: [evil],
    },
  });
  hostile.addScores(scoresOf(noon, { score: 0.9 }));
  hostile.addAnomaly(anomaly);
  hostile.addAnomaly(anomalyOf({ originAs: 0, subject: evil, incidentId: evil }));
  hostile.setFeeds([{ name: evil, isWell: false, text: evil }]);
  passMinute(hostile, noon + 180);
  const names = new Map([[64_500, { name: evil, country: evil }]]);
  const served = await servePage(t, hostile, { names, notice: evil, replayCommand: () => evil });
  const id = encodeURIComponent(anomaly.incidentId);
  for (const path of [
    '/',
    '/incidents',
    `/incidents/${id}`,
    '/as/64500',
    `/incidents/${encodeURIComponent(evil)}`,
  ]) {
    const response = await served.get(path);
    assert.equal(response.status, 200, path);
    assert.doesNotMatch(await response.text(), /<script>|<img|\u202e/, path);
  }
  const json = await (await served.get(`/api/v1/incidents/${id}`)).json();
  assert.equal((json as { summary: string }).summary, evil);
  assert.equal((json as { originName: string }).originName, evil);
});

test('a thousand open incidents and more pages than one: each incident comes once', async (t) => {
  const many = new WorldView();
  openMany(many, 1000);
  const served = await servePage(t, many);
  const seen: string[] = [];
  let next: string | undefined = '/api/v1/incidents?limit=300';
  let pages = 0;
  while (next !== undefined) {
    const response = await served.get(next);
    const body = (await response.json()) as {
      incidents: { incidentId: string }[];
      total: number;
      next?: string;
    };
    assert.equal(response.headers.get('link'), body.next === undefined ? null : `<${body.next}>; rel="next"`);
    for (const { incidentId } of body.incidents) seen.push(incidentId);
    // One that opens meanwhile moves nothing.
    many.addAnomaly(anomalyOf({ originAs: 90_000 + pages, startSecond: noon + 100_000 + pages }));
    next = body.next;
    pages++;
  }
  assert.deepEqual([seen.length, new Set(seen).size, pages], [1000, 1000, 4]);
  const csv = await (await served.get('/api/v1/incidents?format=csv')).text();
  assert.equal(csv.trimEnd().split('\r\n').length, 1 + 1004);
  const lines = (
    await (await served.get('/api/v1/incidents', { headers: { accept: 'application/x-ndjson' } })).text()
  )
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { evidence: { peersFor: number } });
  assert.equal(lines.length, 1004);
  assert.equal(lines[0]!.evidence.peersFor, 39);
});

test('narrowed by state, severity, kind and AS', async (t) => {
  const some = new WorldView();
  some.addAnomaly(anomalyOf({ originAs: 1, severity: 'critical' }));
  some.addAnomaly(anomalyOf({ originAs: 2, severity: 'info', kind: 'beatWatch' }));
  some.addAnomaly(anomalyOf({ originAs: 3, transition: 'closed', closeReason: 'recovered' }));
  const served = await servePage(t, some);
  const found = async (query: string) => {
    const body = (await (await served.get(`/api/v1/incidents?${query}`)).json()) as {
      incidents: { originAs: number }[];
    };
    return body.incidents.map(({ originAs }) => originAs);
  };
  assert.deepEqual(await found(''), [1, 2]);
  assert.deepEqual(await found('state=all'), [1, 2, 3]);
  assert.deepEqual(await found('state=closed'), [3]);
  assert.deepEqual(await found('severity=warning'), [1]);
  assert.deepEqual(await found('kind=beatWatch'), [2]);
  assert.deepEqual(await found('asn=AS1&state=all'), [1]);
});
