/** Archives over HTTP: a server on loopback with the layouts of RIS and RouteViews, which also misbehaves. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseSecond } from '#core/event-time.ts';
import { Archive } from '../../services/feeder/archive/archive.ts';
import { collectorLayout } from '../../services/feeder/archive/archive-layout.ts';
import type { HttpOptions } from '../../services/feeder/archive/http-get.ts';
import type { MrtFile } from '../../services/feeder/mrt-file.ts';
import { jsonLines, steadybeat } from '../e2e/command.ts';
import {
  ArchiveServer,
  busy,
  cutInHalf,
  type Misbehaviour,
  redirect,
  sendFile,
  silent,
  stillWritten,
  webPage,
} from './archive-server.ts';
import { archiveFiles, goneAs } from './archive-world.ts';

const http: HttpOptions = {
  idleMilliseconds: 1000,
  leastBytesPerSecond: 1000,
  firstRetryMilliseconds: 5,
  maxRetryMilliseconds: 20,
  tries: 4,
};
const world = archiveFiles();
const bounds = ['--from', '2014-12-31T23:00Z', '--until', '2015-01-01T02:00Z'];
const file = '/rrc00/2014.12/updates.20141231.2300.gz';

let server: ArchiveServer;
let base: string;
let folder: string;
let events: string[];
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-archive-'));
});
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  events = [];
  server = new ArchiveServer();
  for (const [name, bytes] of world) server.files.set(name, bytes);
  base = await server.listen();
});
afterEach(() => server.close());

let caches = 0;
const newCache = (): string => path.join(folder, `cache${caches++}`);
const open = (cacheFolder: string, cacheBytesMax = 1e9): Archive =>
  new Archive({ http, cacheFolder, cacheBytesMax, now: Date.now, onEvent: (text) => events.push(text) });

/** What is read of a file: its decompressed bytes, or why not. */
async function readAll({ open: read }: MrtFile): Promise<{ bytes: Buffer; failure: string | undefined }> {
  const chunks: Uint8Array[] = [];
  let failure: string | undefined;
  for await (const event of read()) {
    if (event.case === 'chunk') chunks.push(event.bytes);
    else failure = event.failure.reason;
  }
  return { bytes: Buffer.concat(chunks), failure };
}

const one = async (archive: Archive, name: string): Promise<MrtFile> =>
  (await archive.ofPlaces([base + name.slice(1)], { fromSecond: undefined, untilSecond: undefined }))
    .files[0]!;

/** Names of all files in a cache. */
const cached = (cacheFolder: string): string[] =>
  readdirSync(cacheFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

const plain = Buffer.from('not looked into here '.repeat(20_000));
const content = randomBytes(4_000_000);
const packed = gzipSync(content);

suite('the command', () => {
  test('two collectors of a misbehaving server give what their files give', async () => {
    const local = newCache();
    const paths = [...world].map(([name, bytes]) => {
      const source = name.startsWith('/rrc00') ? 'rrc00' : 'route-views2';
      const local1 = path.join(local, source, path.basename(name));
      mkdirSync(path.dirname(local1), { recursive: true });
      writeFileSync(local1, bytes);
      return local1;
    });
    const expected = await steadybeat(['--format', 'ndjson', ...paths]);
    assert.ok(
      jsonLines(expected.stdout).some(({ originAs }) => originAs === goneAs),
      expected.stderr,
    );

    server.misbehaviours.set(file, [busy]);
    server.misbehaviours.set('/bgpdata/2014.12/UPDATES/updates.20141231.2330.bz2', [
      redirect('/elsewhere/updates.bz2'),
    ]);
    server.files.set(
      '/elsewhere/updates.bz2',
      world.get('/bgpdata/2014.12/UPDATES/updates.20141231.2330.bz2')!,
    );
    const cache = newCache();
    const args = ['archive', '--format', 'ndjson', '--collector', 'rrc00,route-views2', '--base-url', base];
    const all = [...args, ...bounds, '--cache', cache];
    const first = await steadybeat(all);
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.stdout, expected.stdout);
    assert.match(first.stderr, /rrc00: the RIB of 2014-12-31T22:05Z, 47 files of updates/);
    assert.match(first.stderr, /updates\.20141231\.2300\.gz: status 503; trying again/);
    assert.match(first.stderr, /fetched 65 files/);

    server.requests.length = 0;
    const again = await steadybeat(all);
    assert.equal(again.stdout, expected.stdout);
    assert.match(again.stderr, /fetched 0 files, 0 MB, into .*; 65 were there already/);
    assert.ok(
      server.requests.every((request) => request.endsWith('/')),
      'only listings are asked for',
    );

    const ofFolder = await steadybeat(['archive', '--format', 'ndjson', ...bounds, local]);
    assert.equal(ofFolder.stdout, expected.stdout, ofFolder.stderr);
  });

  test('a server that does not answer, and one without anything, are told', async () => {
    const args = ['archive', '--collector', 'rrc00', ...bounds, '--cache', newCache()];
    const nothing = await steadybeat(['archive', `${base}nothing/`, '--cache', newCache()]);
    assert.equal(nothing.status, 1);
    assert.match(nothing.stderr, /steadybeat: there is nothing at http/);
    const noName = await steadybeat([...args, '--base-url', 'ftp://x/']);
    assert.equal(noName.status, 2);
  });
});

suite('fetching', () => {
  test('a download that is cut is continued where it was, also by a later run', async () => {
    server.files.set('/big.gz', packed);
    const cache = newCache();
    server.misbehaviours.set('/big.gz', [cutInHalf, cutInHalf, ...Array(10).fill(busy)]);
    await assert.rejects(one(open(cache), '/big.gz').then(readAll), /big\.gz: status 503/);
    assert.ok(
      readdirSync(path.join(cache, 'steadybeat-cache', new URL(base).host.replace(':', '_'))).includes(
        'big.gz.part',
      ),
    );
    server.misbehaviours.clear();
    server.requests.length = 0;
    const { bytes, failure } = await one(open(cache), '/big.gz').then(readAll);
    assert.equal(failure, undefined);
    assert.ok(bytes.equals(content));
    assert.match(server.requests[0]!, /^\/big\.gz bytes=\d{5,}-$/);
  });

  test('a file that changed meanwhile is fetched anew', async () => {
    server.files.set('/big.gz', packed);
    server.misbehaviours.set('/big.gz', [cutInHalf]);
    const reading = one(open(newCache()), '/big.gz').then(readAll);
    const other = gzipSync(plain);
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    server.files.set('/big.gz', other);
    assert.deepEqual((await reading).bytes, plain);
  });

  test('what is missing, a web page, and an endless redirect are told, and harm no other', async () => {
    server.misbehaviours.set('/page.gz', [webPage]);
    server.files.set('/page.gz', packed);
    const archive = open(newCache());
    assert.equal((await one(archive, '/none.gz').then(readAll)).bytes.length, 0);
    assert.equal((await one(archive, '/page.gz').then(readAll)).bytes.length, 0);
    assert.ok((await one(archive, '/page.gz').then(readAll)).bytes.equals(content));
    assert.deepEqual(
      { ...archive.counts, bytes: 0 },
      { fetched: 1, bytes: 0, cached: 0, missing: 1, pages: 1, retries: 0 },
    );
    assert.match(events[0]!, /none\.gz is missing on the server/);
    assert.match(events[1]!, /page\.gz: the server sent a web page where MRT was expected/);
    server.misbehaviours.set('/loop.gz', Array(10).fill(redirect('/loop.gz')));
    await assert.rejects(one(archive, '/loop.gz').then(readAll), /loop\.gz: more than 5 redirects/);
  });

  test('a file that is still being written gives what it has, and is asked for again the next time', async () => {
    const cache = newCache();
    server.files.set('/now.gz', packed);
    server.misbehaviours.set('/now.gz', [stillWritten]);
    const first = await one(open(cache), '/now.gz').then(readAll);
    assert.equal(first.failure, 'fileTruncated');
    assert.ok(first.bytes.length > 100_000);
    const second = await one(open(cache), '/now.gz').then(readAll);
    assert.deepEqual([second.failure, second.bytes.length], [undefined, content.length]);
  });

  test('a server that says nothing, then works; one that never works', async () => {
    server.files.set('/a.gz', packed);
    server.misbehaviours.set('/a.gz', [silent, silent]);
    const archive = open(newCache());
    assert.ok((await one(archive, '/a.gz').then(readAll)).bytes.equals(content));
    assert.equal(archive.counts.retries, 2);
    assert.match(events[0]!, /a\.gz: nothing came for 1 s; trying again in/);
    server.misbehaviours.set('/b.gz', Array(10).fill(busy));
    await assert.rejects(one(archive, '/b.gz').then(readAll), /b\.gz: status 503/);
  });

  test('a file without an end, and one that says it has too much, are not kept, and the bound is named', async () => {
    const endless: Misbehaviour = (_, response) => {
      const chunk = Buffer.alloc(65_536, 7);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    const large: Misbehaviour = (_, response) => {
      response.setHeader('content-length', 5e9);
      response.write('x');
    };
    for (const [misbehaviour, why] of [
      [endless, 'the server sends more and more; a file may have 0.0002 GB at most'],
      [large, 'the server says that it has 5 GB; a file may have 0.0002 GB at most'],
    ] as const) {
      server.misbehaviours.set(file, [misbehaviour]);
      const cacheFolder = newCache();
      const options = { http, cacheFolder, cacheBytesMax: 1000, fileBytesMax: 2e5, now: Date.now };
      const archive = new Archive({ ...options, onEvent: (text) => events.push(text) });
      const span = { fromSecond: undefined, untilSecond: undefined };
      const { files } = await archive.ofPlaces([new URL(file, base).href], span);
      await assert.rejects(readAll(files[0]!), (error: Error) => error.message.endsWith(`gz: ${why}`));
      assert.deepEqual(cached(cacheFolder), []);
    }
  });

  test('an octet now and then is no download: it is given up after some tries', async () => {
    const trickle: Misbehaviour = (_, response) => {
      response.setHeader('etag', '"t"');
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };
    server.misbehaviours.set(file, Array<Misbehaviour>(10).fill(trickle));
    const options = { cacheFolder: newCache(), cacheBytesMax: 1e9, now: Date.now };
    const slow = { ...http, idleMilliseconds: 100 };
    const archive = new Archive({ ...options, http: slow, onEvent: (text) => events.push(text) });
    const span = { fromSecond: undefined, untilSecond: undefined };
    const { files } = await archive.ofPlaces([new URL(file, base).href], span);
    await assert.rejects(readAll(files[0]!), /only \d+ octets came in 0.1 s/);
    assert.equal(server.requests.filter((request) => request.startsWith(file)).length, http.tries);
  });

  test('a server that packs what is packed, or that ignores ranges, gives the file all the same', async () => {
    server.files.set('/c.gz', packed);
    server.misbehaviours.set('/c.gz', [
      cutInHalf,
      (request, response, bytes) => {
        delete request.headers.range;
        sendFile(request, response, bytes);
      },
    ]);
    assert.ok((await one(open(newCache()), '/c.gz').then(readAll)).bytes.equals(content));
  });

  test('the cache keeps to its bound: what was read longest ago goes', async () => {
    const cache = newCache();
    // What lies in the folder besides is not the cache's.
    mkdirSync(path.join(cache, 'photos'), { recursive: true });
    writeFileSync(path.join(cache, 'photos', 'own.jpg'), packed);
    const archive = open(cache, 2.5 * packed.length);
    for (const name of ['/1.gz', '/2.gz', '/3.gz', '/4.gz']) {
      server.files.set(name, packed);
      await one(archive, name).then(readAll);
    }
    const kept = path.join(cache, 'steadybeat-cache', new URL(base).host.replace(':', '_'));
    assert.deepEqual(readdirSync(kept).sort(), ['3.gz', '4.gz']);
    assert.ok(existsSync(path.join(cache, 'photos', 'own.jpg')));
    assert.ok(
      statSync(path.join(kept, '3.gz')).size === packed.length && !existsSync(path.join(kept, '4.gz.tag')),
    );
  });
});

suite('what is chosen', () => {
  const from = parseSecond('2014-12-31T23:00Z')!;
  const until = parseSecond('2015-01-01T01:00Z')!;
  const rrc00 = () => collectorLayout('rrc00', base)!;

  test('updates since the RIB before, over the end of a month; a hole is told', async () => {
    for (const minute of ['2310', '2315', '2320'])
      server.files.delete(`/rrc00/2014.12/updates.20141231.${minute}.gz`);
    const { files, beginSecond } = await open(newCache()).ofCollectors([rrc00()], from, until);
    const names = files.map(({ name }) => name.slice(base.length));
    assert.equal(names[0], 'rrc00/2014.12/bview.20141231.2205.gz');
    assert.equal(names[1], 'rrc00/2014.12/updates.20141231.2205.gz');
    assert.equal(names.at(-1), 'rrc00/2015.01/updates.20150101.0055.gz');
    assert.equal(beginSecond, parseSecond('2014-12-31T22:05Z'));
    assert.deepEqual(events, [
      'rrc00: the RIB of 2014-12-31T22:05Z, 32 files of updates',
      'rrc00: no files of updates from 2014-12-31T23:10Z to 2014-12-31T23:25Z',
    ]);
  });

  test('links of a listing that lead elsewhere are not followed', async () => {
    const name = 'updates.20141231.2355.gz';
    for (const link of [`\\\\10.0.0.1\\${name}`, `http:${name}`, `https:${name}`])
      server.files.set(`/linked/${link}`, packed);
    server.files.set(`/linked/${name}`, packed);
    const bounds = { fromSecond: undefined, untilSecond: undefined };
    const { files } = await open(newCache()).ofPlaces([`${base}linked/`], bounds);
    assert.deepEqual(
      files.map((found) => found.name),
      [`${base}linked/${name}`],
    );
  });

  test('where the server lists no folders, files are asked for by their times', async () => {
    server.listsFolders = false;
    const archive = open(newCache());
    const { files } = await archive.ofCollectors([rrc00()], from, until);
    assert.equal(files[0]!.name, `${base}rrc00/2014.12/bview.20141231.1600.gz`);
    assert.equal(files.length, 1 + 9 * 12);
    assert.equal((await readAll(files[0]!)).bytes.length, 0);
    assert.ok((await readAll(files.find(({ name }) => name.endsWith('.2330.gz'))!)).bytes.length > 0);
    assert.equal(archive.counts.missing, 1);
  });
});

test('the layouts of the archives', () => {
  const at = parseSecond('2014-12-22T16:00Z')!;
  const address = (name: string, kind: 'updates' | 'rib') => {
    const layout = collectorLayout(name, undefined)!;
    return new URL(layout.fileName(kind, at), layout.folder(kind, at)).href;
  };
  assert.equal(
    address('rrc00', 'updates'),
    'https://data.ris.ripe.net/rrc00/2014.12/updates.20141222.1600.gz',
  );
  assert.equal(address('RRC21', 'rib'), 'https://data.ris.ripe.net/rrc21/2014.12/bview.20141222.1600.gz');
  const routeViews = 'https://archive.routeviews.org/';
  assert.equal(address('route-views2', 'rib'), `${routeViews}bgpdata/2014.12/RIBS/rib.20141222.1600.bz2`);
  assert.equal(
    address('route-views.sydney', 'updates'),
    `${routeViews}route-views.sydney/bgpdata/2014.12/UPDATES/updates.20141222.1600.bz2`,
  );
  assert.equal(collectorLayout('../etc', undefined), undefined);
});
