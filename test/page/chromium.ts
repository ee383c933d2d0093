import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's, or another that a machine has. */
const executablePath = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';

export const noChromium =
  !existsSync(executablePath) && `there is no ${executablePath} (apt-get install chromium)`;

/** Root has no sandbox for it; what it opens here is our own. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox'] });

export const widths = [375, 820, 1280] as const;
export const themes = ['light', 'dark'] as const;

/** Everything that a page must not do: complain, fail, or ask a stranger. */
export function watchPage(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1:')) complaints.push(`asked ${request.url()}`);
  });
  return complaints;
}

/** What axe-core finds, as "rule: selector" each. It is run beside the page's own code, whose policy forbids strangers. */
export async function axeViolations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document).then(({ violations }) =>
      JSON.stringify(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' ')))))`,
    awaitPromise: true,
  });
  return JSON.parse(String(result.value)) as string[];
}
