import { basename, dirname, resolve } from 'node:path';
import { shiftOf } from '#core/shifted-source.ts';

/** Folders of archives that say what or when, not who. */
const notACollector = /^(updates|ribs|bgpdata|\d{4}\.\d{2}|\d{4}-?\d{2}|)$/i;
const ris = /(?:^|[^a-z0-9])(rrc\d{2})(?![a-z0-9])/i;
const routeViews = /(route-views\d*(?:\.(?!updates|ribs?|bview|bgpdata|gz|bz2|zst|mrt|\d)[a-z0-9-]+)*)/i;

/**
 * The source of a file is its collector: named in the file's name or else in a folder's ("rrc00", "route-views.sydney"),
 * the nearest one first; without such a name, the folder that it lies in.
 */
export function sourceOf(path: string): string {
  const whole = resolve(path);
  for (let part = whole; part !== dirname(part); part = dirname(part)) {
    if (shiftOf(basename(part)) !== undefined) return basename(part);
    const match = ris.exec(basename(part)) ?? routeViews.exec(basename(part));
    if (match !== null) return match[1]!.toLowerCase();
  }
  for (let folder = dirname(whole); folder !== dirname(folder); folder = dirname(folder)) {
    if (!notACollector.test(basename(folder))) return basename(folder);
  }
  return 'local';
}
