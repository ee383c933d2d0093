import { html } from './html.ts';
import { document } from './layout.ts';
import type { Site } from './site.ts';

/** What is said does not repeat anything of the request. */
export function errorPage(site: Site, title: string, text: string): string {
  return document(site, {
    title,
    body: html`<h1>${title}</h1><p>${text}</p><p><a href="/">The world</a></p>`,
  });
}
