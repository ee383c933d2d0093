/** The page with a password, over TLS, in a real browser: scripts, data and live streams come with it too. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createPage } from '#page/http/page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { serve } from '#runtime/http/server.ts';
import { readWebConfig } from '#runtime/http/web-config.ts';
import { makeCertificates } from '../kafka/certificates.ts';
import { noChromium, openBrowser } from './chromium.ts';
import { anomalyOf, noon, passMinute, scoresOf } from './made-world.ts';

test('whoever has the password sees the page live; whoever has not sees nothing of it', {
  skip: noChromium,
}, async (t) => {
  const { folder } = makeCertificates();
  const web = path.join(folder, 'web.yml');
  copyFileSync(path.join(import.meta.dirname, '../../deploy/web-config.example.yml'), web);
  copyFileSync(path.join(folder, 'broker.pem'), path.join(folder, 'certificate.pem'));
  copyFileSync(path.join(folder, 'broker.key'), path.join(folder, 'key.pem'));
  const view = new WorldView();
  view.addScores(scoresOf(noon));
  view.addAnomaly(anomalyOf());
  passMinute(view, noon + 180);
  const page = createPage(view);
  const server = await serve({ host: '127.0.0.1', port: 0 }, page.handle, {
    web: readWebConfig(web),
    warn: assert.fail,
  });
  const browser = await openBrowser();
  t.after(async () => {
    await browser.close();
    page.close();
    await server.close();
  });

  const httpCredentials = { username: 'prometheus', password: 'example' };
  const context = await browser.newContext({ ignoreHTTPSErrors: true, httpCredentials });
  const tab = await context.newPage();
  const refused: string[] = [];
  tab.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text());
  });
  await tab.goto(`${server.url}/`);
  await tab.waitForSelector('html.live');
  const { incidentId } = anomalyOf({ originAs: 65_500 });
  view.addAnomaly(anomalyOf({ originAs: 65_500 }));
  await tab.waitForSelector(`a[href="/incidents/${incidentId}"]`);
  await tab.goto(`${server.url}/incidents/${incidentId}`);
  await tab.waitForSelector('html.live');
  assert.deepEqual(refused, []);

  const stranger = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  const outcome = await stranger.goto(server.url).then((response) => String(response?.status()), String);
  assert.match(outcome, /^401$|ERR_INVALID_AUTH_CREDENTIALS/);
  assert.deepEqual(server.refused, { wrongPassword: 0, busy: 0 });
});
