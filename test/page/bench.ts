/**
 * `npm run bench:page`: what the page and the exporter cost with 80,000 ASes, against their bars. Of the page: the bytes and
 * the time of the first view, and the share of one core that 200 viewers with live streams take at 50 changes a second.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPage } from '#page/http/page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { serve } from '#runtime/http/server.ts';
import { print, type Row } from '../bench/bars.ts';
import { noChromium, openBrowser } from './chromium.ts';
import { anomalyOf, noon, openMany, passMinute, scoresOf } from './made-world.ts';

const ases = 80_000;
const incidents = 1000;
const viewers = 200;
const changesPerSecond = 50;
const seconds = 10;
const severities = ['info', 'notice', 'warning', 'critical'] as const;
const firstView = ['/', '/assets/page.css', '/assets/page.mjs', '/assets/favicon.svg'];
const incidentView = ['/assets/chart.mjs', '/assets/uplot.mjs', '/assets/uplot.css'];
const incidentPathOf = (i: number): string =>
  `/incidents/${anomalyOf({ originAs: 65_000 + i, startSecond: noon + i }).incidentId}`;

/** What 200 viewers look at: the world; a stream for programs; each an incident of its own. */
const streams = ['/live/world', '/api/v1/stream', '/live/pulse'] as const;
/** The page's script asks for an incident again when something was told, though not more often. */
const askEveryMilliseconds = 5000;

if (process.send !== undefined) await watch(process.argv[2]!, process.argv[3]!);
else await bench();

async function bench(): Promise<void> {
  const view = busyWorld();
  const page = createPage(view);
  const server = await serve({ host: '127.0.0.1', port: 0 }, page.handle, { warn: console.error });
  const bytes = await bytesOf(server.url, firstView);
  const detail = await bytesOf(server.url, [incidentPathOf(0), '/api/v1/as/65000', ...incidentView]);
  const rows: Row[] = [
    { what: 'first view', figure: kilobytes(bytes), bar: '100 kB', holds: bytes < 100_000 },
    await firstPaint(server.url),
    { what: 'an incident after it', figure: kilobytes(detail) },
  ];
  for (const path of streams) {
    const { share, received } = await streaming(view, server.url, path);
    rows.push({
      what: `${viewers} viewers of ${path === '/live/pulse' ? 'as many incidents' : path}, ${changesPerSecond} changes/s`,
      figure: `${(100 * share).toFixed(1)} % of one core, ${kilobytes(received / viewers / seconds)}/s each`,
      bar: '20 %',
      holds: share < 0.2,
    });
  }
  page.close();
  await server.close();
  print(`Page: ${ases} ASes, ${incidents} open incidents`, rows);
  // In a process of its own, so that nothing else has filled its memory.
  const exporter = spawnSync(process.execPath, [fileURLToPath(import.meta.resolve('../metrics/bench.ts'))], {
    stdio: 'inherit',
  });
  if (exporter.status !== 0) process.exitCode = 1;
}

/** Eight hours of scores of each of the ASes with an open incident, one minute of all others. */
function busyWorld(): WorldView {
  const view = new WorldView();
  for (let originAs = 1; originAs <= ases; originAs++)
    view.addScores(scoresOf(noon, { originAs, score: (originAs % 97) / 100 }));
  openMany(view, incidents, severities);
  for (let minute = 1; minute <= 480; minute++)
    for (let i = 0; i < incidents; i++)
      view.addScores(
        scoresOf(noon + 60 * minute, { originAs: 65_000 + i, score: ((i + minute) % 100) / 100 }),
      );
  passMinute(view, noon + 60 * 480);
  return view;
}

/** As a person waits for it: from the request until the browser has drawn it. */
async function firstPaint(url: string): Promise<Row> {
  const timed = { what: 'first view in Chromium, until its largest part is drawn', bar: '1000 ms' };
  if (noChromium) return { ...timed, figure: noChromium, holds: 'skipped' };
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(url);
  const milliseconds = Number(
    await page.evaluate(`new Promise((resolve) =>
      new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))`),
  );
  await browser.close();
  return { ...timed, figure: `${milliseconds.toFixed(0)} ms`, holds: milliseconds < 1000 };
}

async function bytesOf(url: string, paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map((path) => transferred(`${url}${path}`)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What came over the wire: head and body, compressed as for a browser. */
async function transferred(url: string): Promise<number> {
  const [response] = await once(request(url, { headers: { 'accept-encoding': 'gzip' } }).end(), 'response');
  let bytes = response.rawHeaders.join('').length + 2 * response.rawHeaders.length;
  for await (const chunk of response) bytes += chunk.length;
  return bytes;
}

/** Another process watches, so that what is counted is what serving costs. */
async function streaming(
  view: WorldView,
  url: string,
  path: string,
): Promise<{ share: number; received: number }> {
  const child = fork(new URL(import.meta.url), [url, path]);
  await once(child, 'message');
  const before = process.cpuUsage();
  const began = performance.now();
  let changes = 0;
  while (performance.now() - began < seconds * 1000) {
    for (; changes < ((performance.now() - began) / 1000) * changesPerSecond; changes++)
      change(view, changes);
    await sleep(20);
  }
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1000 / (performance.now() - began);
  child.send('end');
  const [received] = (await once(child, 'message')) as [number];
  return { share, received };
}

function change(view: WorldView, n: number): void {
  const i = (n * 37) % incidents;
  view.addAnomaly(
    anomalyOf({
      originAs: 65_000 + i,
      startSecond: noon + i,
      transition: 'updated',
      severity: severities[(n + i) % 4]!,
      prefixCount: 1 + (n % 9),
    }),
  );
}

async function watch(url: string, path: string): Promise<void> {
  let received = 0;
  for (let i = 0; i < viewers; i++) {
    const [response] = await once(request(url + path, { agent: false }).end(), 'response');
    let askedAt = Number.NEGATIVE_INFINITY;
    response.on('data', (bytes: Buffer) => {
      received += bytes.length;
      if (path !== '/live/pulse' || performance.now() - askedAt < askEveryMilliseconds) return;
      askedAt = performance.now();
      void transferred(url + incidentPathOf(i)).then((size) => {
        received += size;
      });
    });
  }
  process.send!('ready');
  await once(process, 'message');
  process.send!(received, () => process.exit(0));
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
