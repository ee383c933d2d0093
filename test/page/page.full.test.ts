import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { WorldView } from '#page/view/world-view.ts';
import { kp2013Probes } from '#scenario/scenarios/probed.ts';
import { axeViolations, noChromium, openBrowser, themes, watchPage, widths } from './chromium.ts';
import { december2014, namesOfReplay } from './december-2014.ts';
import { EventStream } from './event-stream.ts';
import { anomalyOf, noon, openMany, passMinute, type ServedPage, scoresOf, servePage } from './made-world.ts';
import { scenarioView } from './scenario-view.ts';

/** Where pictures go, if anybody wants to look at them. */
const pictures = process.env.STEADYBEAT_PICTURES;
const blackout = '/incidents/as131279-outage-20141222T1616Z';
const eightDays = '/as/131279?from=2014-12-20&to=2014-12-28';

describe('the page in Chromium', { skip: noChromium }, () => {
  let browser: Browser;
  let replay: ServedPage;
  let probed: ServedPage;
  const march2013 = scenarioView(kp2013Probes);
  before(async () => {
    browser = await openBrowser();
    replay = await servePage({ after: () => {} }, await december2014(), {
      names: namesOfReplay,
      notice: 'A replay of December 2014.',
      replayCommand: () => 'npm start -- --page',
    });
    probed = await servePage({ after: () => {} }, march2013, { names: namesOfReplay });
  });
  after(async () => {
    await browser?.close();
    await replay?.close();
    await probed?.close();
  });

  /** Opens a path in a context of its own, and closes it; nothing may have been complained of. */
  async function visit(url: string, use: (page: Page) => Promise<void>, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(url);
    await use(page);
    assert.deepEqual(complaints, []);
    await context.close();
  }

  for (const theme of themes) {
    for (const width of widths) {
      test(`${theme}, ${width} wide: nothing runs over, axe-core finds nothing`, async (t) => {
        const busy = new WorldView();
        openMany(busy, 8, ['critical', 'warning', 'notice', 'info']);
        for (let i = 0; i < 8; i++)
          busy.addScores(scoresOf(noon, { originAs: 65_000 + i, score: 0.3 + i / 20 }));
        const long = 'W'.repeat(120);
        busy.addAnomaly(
          anomalyOf({ originAs: 65_003, incidentId: 'hostile', summary: long, prefixes: [long] }),
        );
        busy.setFeeds([{ name: 'RIS Live', isWell: false, text: 'no connection' }]);
        passMinute(busy, noon + 120);
        const world = await servePage(t, busy, {
          names: new Map([[65_003, { name: 'N'.repeat(120), country: 'DE' }]]),
        });
        const urls = {
          world: `${world.url}/`,
          list: `${replay.url}/incidents?state=all`,
          blackout: replay.url + blackout,
          as: replay.url + eightDays,
          probes: `${probed.url}/as/131279?from=2013-03-12T12:00Z&to=2013-03-15T12:00Z`,
          error: `${replay.url}/as/none`,
          hostile: `${world.url}/incidents/hostile`,
        };
        for (const [name, url] of Object.entries(urls)) {
          const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
          const page = await context.newPage();
          await page.goto(url);
          await page.waitForSelector('body:not(:has(#scores)), .uplot');
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
          assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
          assert.deepEqual(await axeViolations(page), [], name);
          if (pictures !== undefined)
            await page.screenshot({ path: `${pictures}/${name}-${theme}-${width}.png`, fullPage: true });
          // The picture of README.
          if (pictures !== undefined && name === 'as' && width === 1280)
            await page.locator('#beat').screenshot({ path: `${pictures}/december-2014-${theme}.png` });
          await context.close();
        }
      });
    }
  }

  test('from the world to the beat, to its blackout, to a stretch of time, by clicks', async () => {
    await visit(`${replay.url}/`, async (page) => {
      await page.click('#closed tr:has(.critical) td a');
      assert.match((await page.textContent('h1'))!, /^Full outage: AS131279/);
      assert.match((await page.textContent('.lead'))!, /9 h 3\d min/);
      await page.click('#linked a:has-text("Steady beat")');
      assert.match((await page.textContent('h1'))!, /^Steady beat/);
      await page.click('.ranges a:has-text("Closer")');
      assert.match(page.url(), /from=2014-12-2.*to=2014-12-2/);
      await page.fill('#asn', 'AS131279');
      await page.press('#asn', 'Enter');
      await page.waitForURL('**/as/131279');
    });
  });

  test('dragging along a curve chooses a stretch of time, pointing reads it', async () => {
    await visit(replay.url + eightDays, async (page) => {
      const box = (await page.locator('.u-over').first().boundingBox())!;
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.3, y);
      await page
        .getByText(/^2014-12-22 \d\d:\d\d UTC: score S 0\.\d\d, surprise Z \d/)
        .and(page.locator('#readout'))
        .waitFor();
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.4, y, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/from=2014-12-22T0\d/);
    });
  });

  test('by keyboard alone: to the content, and into an incident', async () => {
    await visit(`${replay.url}/`, async (page) => {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/incidents/**');
    });
  });

  test('without JavaScript all of it is there', async () => {
    await visit(
      replay.url + blackout,
      async (page) => {
        for (const part of [
          '.raster rect.l4',
          '.score .area',
          '.surprise .area',
          '.story li',
          '.share',
          'pre.command',
        ])
          assert.ok((await page.locator(part).count()) > 0, part);
        assert.match((await page.textContent('main'))!, /39 of 40 lacked it at most, 1 still had it/);
      },
      { javaScriptEnabled: false },
    );
  });

  test('what probes said is on the same times as the networks, and is spoken, without JavaScript', async () => {
    const { latest } = [...march2013.incidents.closed()].find(
      ({ latest: { kind } }) => kind === 'dataPlane',
    )!;
    await visit(
      `${probed.url}/incidents/${latest.incidentId}`,
      async (page) => {
        const strip = page.locator('.probes svg');
        assert.match((await strip.getAttribute('aria-label'))!, /^Probes: unreachable \d times?, \d+ h/);
        for (const level of ['l0', 'l4'])
          assert.ok((await strip.locator(`rect.${level}`).count()) > 0, level);
        assert.match((await page.textContent('.legend'))!, /gone, or out of reach/);
        const [networks, probes] = [
          await page.locator('.raster svg').boundingBox(),
          await strip.boundingBox(),
        ];
        assert.deepEqual([probes!.x, probes!.width], [networks!.x, networks!.width]);
        assert.ok(probes!.y >= networks!.y + networks!.height);
      },
      { javaScriptEnabled: false },
    );
    await visit(replay.url + blackout, async (page) => {
      assert.equal(await page.locator('.probes').count(), 0);
      assert.doesNotMatch((await page.textContent('.legend'))!, /reach/);
    });
  });

  test('what happens is seen at once, and the focus stays where it was', async (t) => {
    const view = new WorldView();
    view.addAnomaly(anomalyOf({ originAs: 1 }));
    const own = await servePage(t, view);
    await visit(`${own.url}/`, async (page) => {
      await page.waitForSelector('html.live');
      await page.focus('#open a[href="/as/1"]');
      view.addAnomaly(
        anomalyOf({ originAs: 2, severity: 'critical', summary: 'AS2: both networks gone since noon' }),
      );
      await page.waitForSelector('#open tbody tr:first-child a[href="/as/2"]');
      await page.waitForSelector('#announcements:has-text("since noon")', { state: 'attached' });
      assert.match((await page.textContent('#state'))!, /1 critical/);
      view.addAnomaly(anomalyOf({ originAs: 1, transition: 'updated', severity: 'warning' }));
      await page.waitForSelector('#open tr:has(a[href="/as/1"]) .badge.warning');
      assert.equal(await page.evaluate("document.activeElement?.getAttribute('href')"), '/as/1');
      view.addAnomaly(anomalyOf({ originAs: 2, transition: 'closed', closeReason: 'recovered' }));
      await page.waitForSelector('#open tbody:not(:has(tr:nth-child(2)))');
      await page.waitForSelector('#closed a[href="/as/2"]');
    });
  });

  test('the page of an incident follows it', async (t) => {
    const view = new WorldView();
    view.addScores(scoresOf(noon));
    view.addAnomaly(anomalyOf());
    const own = await servePage(t, view);
    await visit(`${own.url}/incidents/${anomalyOf().incidentId}`, async (page) => {
      await page.waitForSelector('html.live');
      view.addAnomaly(anomalyOf({ transition: 'closed', closeReason: 'recovered', endSecond: noon + 900 }));
      await page.waitForSelector('.status .closed');
      await page.waitForSelector('.uplot');
    });
  });

  test('a tab that is hidden holds no stream; one that was refused asks again', async (t) => {
    const own = await servePage(t, new WorldView(), { viewersMax: 1 });
    const stream = await EventStream.open(`${own.url}/live/pulse`);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${own.url}/`);
    await page.waitForSelector('html.not-heard');
    assert.equal(await page.textContent('#quiet:visible'), 'No incident is open.');
    stream.close();
    await page.clock.fastForward(10_000);
    await page.waitForSelector('html.live:not(.not-heard)');
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    while ((await own.get('/live/pulse', { method: 'HEAD' })).status !== 200);
    await context.close();
  });

  test('a server that goes away is said', async (t) => {
    const own = await servePage(t, new WorldView());
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${own.url}/`);
    await page.waitForSelector('html.live');
    await own.close();
    await page.waitForSelector('html.not-heard');
    await context.close();
  });

  test('a thousand open incidents of eighty thousand ASes, changing', async (t) => {
    const view = new WorldView();
    for (let originAs = 1; originAs <= 80_000; originAs++)
      view.addScores(scoresOf(noon, { originAs, score: (originAs % 97) / 100 }));
    openMany(view, 1000, ['info', 'notice', 'warning', 'critical']);
    passMinute(view, noon + 60);
    const own = await servePage(t, view);
    await visit(`${own.url}/`, async (page) => {
      assert.equal(await page.locator('#open tbody tr').count(), 50);
      await page.waitForSelector('html.live');
      for (let i = 0; i < 200; i++)
        view.addAnomaly(
          anomalyOf({
            originAs: 70_000 + i,
            startSecond: noon + 60,
            severity: 'critical',
            prefixCount: 100 + i,
          }),
        );
      await page.waitForSelector('#open tbody tr:first-child a[href="/as/70199"]');
      assert.equal(await page.locator('#open tbody tr').count(), 50);
      await page.click('a:has-text("All 1,200 open incidents")');
      await page.waitForURL('**/incidents?state=open');
      assert.match((await page.textContent('main'))!, /1,200 found/);
      await page.click('a[rel=next]');
      await page.waitForURL(/cursor=/);
      assert.equal(await page.locator('#all tbody tr').count(), 50);
    });
  });

  test('names of the worst sort are only text', async (t) => {
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>`;
    const view = new WorldView();
    view.addScores(scoresOf(noon));
    view.addAnomaly(anomalyOf({ incidentId: evil, summary: evil, prefixes: [evil] }));
    const own = await servePage(t, view, {
      names: new Map([[64_500, { name: evil, country: evil }]]),
      notice: evil,
    });
    for (const path of ['/', '/incidents', `/incidents/${encodeURIComponent(evil)}`, '/as/64500'])
      await visit(own.url + path, async (page) => {
        assert.ok((await page.textContent('body'))!.includes('<script>alert(1)</script>'), path);
        if (path !== '/') return;
        await page.waitForSelector('html.live');
        view.addAnomaly(
          anomalyOf({ originAs: 9, incidentId: `${evil}2`, summary: evil, severity: 'critical' }),
        );
        await page.waitForSelector('#open a[href="/as/9"]');
        assert.equal(await page.locator('main img, main script').count(), 0);
      });
  });
});
