/**
 * What the page costs: `node test/page/bench.ts` prints the bytes and the time of the first view with 80,000 ASes and
 * 1,000 open incidents, and the share of one core that 200 viewers with live streams take at 50 changes a second.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPage } from '#page/http/page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { serve } from '#runtime/http/server.ts';
import { anomalyOf, noon, openMany, passMinute, scoresOf } from './made-world.ts';

const ases = 80_000;
const incidents = 1000;
const viewers = 200;
const changesPerSecond = 50;
const seconds = 10;
const severities = ['info', 'notice', 'warning', 'critical'] as const;
const firstView = ['/', '/assets/page.css', '/assets/page.mjs', '/assets/favicon.svg'];
const incidentView = ['/assets/chart.mjs', '/assets/uplot.mjs', '/assets/uplot.css'];

if (process.send !== undefined) await watch(process.argv[2]!);
else await bench();

async function bench(): Promise<void> {
  const view = busyWorld();
  const page = createPage(view);
  const server = await serve({ host: '127.0.0.1', port: 0 }, page.handle, { warn: console.error });
  const began = performance.now();
  const first = await bytesOf(server.url, firstView);
  const milliseconds = performance.now() - began;
  const detail = [
    `/incidents/${anomalyOf({ originAs: 65_000 }).incidentId}`,
    '/api/v1/as/65000',
    ...incidentView,
  ];
  console.log(`${ases} ASes, ${incidents} open incidents`);
  console.log(`first view: ${kilobytes(first)} in ${milliseconds.toFixed(0)} ms (bars: 100 kB, 1000 ms)`);
  console.log(`an incident after it: ${kilobytes(await bytesOf(server.url, detail))}`);
  for (const path of ['/live/world', '/api/v1/stream']) {
    const { share, received } = await streaming(view, `${server.url}${path}`);
    console.log(
      `${viewers} viewers of ${path}, ${changesPerSecond} changes/s: ${(100 * share).toFixed(1)} % of one core (bar: 20 %), ${kilobytes(received / viewers / seconds)}/s each`,
    );
  }
  page.close();
  await server.close();
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
async function streaming(view: WorldView, url: string): Promise<{ share: number; received: number }> {
  const child = fork(new URL(import.meta.url), [url]);
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

async function watch(url: string): Promise<void> {
  let received = 0;
  for (let i = 0; i < viewers; i++) {
    const [response] = await once(request(url, { agent: false }).end(), 'response');
    response.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
  }
  process.send!('ready');
  await once(process, 'message');
  process.send!(received, () => process.exit(0));
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
