import { formatSecond } from '#core/event-time.ts';
import { glossary } from './glossary.ts';
import { type Html, html } from './html.ts';
import type { Site } from './site.ts';
import { durationText, momentText } from './words.ts';

export interface PageParts {
  readonly title: string;
  readonly body: Html;
  /** What the page listens to: /live/world, or changes of itself; nothing if undefined. */
  readonly live?: 'world' | 'self';
  readonly withChart?: boolean;
}

export const titleText = (title: string): string => `${title} · Steadybeat`;

/** A whole document. Nothing in it comes from elsewhere, and no script or style is inline. */
export function document(site: Site, { title, body, live, withChart }: PageParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titleText(title)}</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
${withChart && html`<link rel="stylesheet" href="/assets/uplot.css">`}
<script type="module" src="/assets/page.mjs"></script>
${withChart && html`<script type="module" src="/assets/chart.mjs"></script>`}
</head>
<body${live && html` data-live="${live}"`}>
<a class="skip" href="#main">To the content</a>
<header>
  <a class="brand" href="/"><svg width="34" height="20" viewBox="0 0 34 20" aria-hidden="true"><path d="M1 10h8l2-7 4 14 3-10 2 3h3" /><path class="gap" d="M25 10h8"/></svg>Steadybeat</a>
  <nav aria-label="Pages"><a href="/">World</a><a href="/incidents?state=all">Incidents</a><a href="/api/v1/openapi.json">API</a></nav>
  <form class="find" action="/as" method="get" role="search"><label for="asn">AS</label><input id="asn" name="asn" inputmode="numeric" autocomplete="off" placeholder="131279" size="9" required pattern="\\s*([Aa][Ss])?[0-9]{1,10}\\s*"><button>Show</button></form>
  <p class="as-of">${asOf(site)}</p>
</header>
<aside id="site-notice" class="site-notice" aria-label="What is shown here">${notice(site)}</aside>
<main id="main" tabindex="-1">
${body}
</main>
<footer>${glossary}
<p>Signatures, not attribution: Steadybeat says what happened to routes, never who did it. All times are UTC.</p></footer>
<div id="announcements" class="visually-hidden" aria-live="polite"></div>
</body>
</html>
`.text;
}

/** What is shown, if not the world as it is now: as its owner says, or as the collectors in what is told say themselves. */
export function notice({ notice: text, view }: Site): Html {
  const { shiftMinutes, asOfSecond } = view;
  if (text !== undefined || shiftMinutes === undefined) return html`${text}`;
  const was = momentText(asOfSecond - 60 * shiftMinutes, true);
  return html`Not the Internet as it is now: a reconstruction of the past, shifted by ${durationText(60 * shiftMinutes)}. What is dated ${momentText(asOfSecond, true)} here was ${was}.`;
}

/** Up to when everything is told; the script keeps it current, and says whether it still hears anything. */
export function asOf({ view }: Site): Html {
  if (view.asOfSecond === 0) return html`<span id="as-of">nothing heard yet</span>`;
  const iso = formatSecond(view.asOfSecond);
  return html`<span id="as-of">as of <time datetime="${iso}">${momentText(view.asOfSecond, true)}</time></span>`;
}
