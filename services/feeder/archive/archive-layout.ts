import { type EventSecond, formatSecond, parseSecond } from '#core/event-time.ts';

/** A file of an archive by what its name says. */
export interface ArchiveName {
  readonly kind: 'updates' | 'rib';
  /** Of its first records. */
  readonly second: EventSecond;
}

/** "updates.20141222.1600.gz", "bview.20141222.1600.gz" (RIS), "rib.20141222.1600.bz2" (RouteViews); undefined of any other. */
export function archiveName(name: string): ArchiveName | undefined {
  const match =
    /(?:^|[^a-z])(updates|rib|bview)\.(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(?:\.(?:gz|bz2|zst|mrt))?$/i.exec(
      name,
    );
  if (match === null) return undefined;
  const [kind, year, month, day, hour, minute] = match.slice(1);
  const second = parseSecond(`${year}-${month}-${day}T${hour}:${minute}Z`);
  if (second === undefined) return undefined;
  return { kind: kind!.toLowerCase() === 'updates' ? 'updates' : 'rib', second };
}

/** How a collector's archive is laid out. */
export interface CollectorLayout {
  readonly collector: string;
  /** The folder of a month's files of a kind. */
  folder(kind: ArchiveName['kind'], second: EventSecond): URL;
  /** The name that a file of this time has, where the archive writes at whole intervals. */
  fileName(kind: ArchiveName['kind'], second: EventSecond): string;
  readonly updateSeconds: number;
  readonly ribSeconds: number;
}

const risBase = 'https://data.ris.ripe.net/';
const routeViewsBase = 'https://archive.routeviews.org/';

/** The layout of a collector by its name; undefined where that is none. `base`: of a mirror, instead of the archive's own. */
export function collectorLayout(name: string, base: string | undefined): CollectorLayout | undefined {
  const collector = name.toLowerCase();
  if (/^rrc\d\d$/.test(collector)) return risLayout(collector, base ?? risBase);
  if (/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/.test(collector))
    return routeViewsLayout(collector, base ?? routeViewsBase);
  return undefined;
}

function risLayout(collector: string, base: string): CollectorLayout {
  return {
    collector,
    folder: (_, second) => new URL(`${collector}/${month(second)}/`, withSlash(base)),
    fileName: (kind, second) => `${kind === 'rib' ? 'bview' : 'updates'}.${timeText(second)}.gz`,
    updateSeconds: 300,
    ribSeconds: 8 * 3600,
  };
}

/** RouteViews' first collector, route-views2, has no folder of its own. */
function routeViewsLayout(collector: string, base: string): CollectorLayout {
  const own = collector === 'route-views2' ? '' : `${collector}/`;
  return {
    collector,
    folder: (kind, second) =>
      new URL(`${own}bgpdata/${month(second)}/${kind === 'rib' ? 'RIBS' : 'UPDATES'}/`, withSlash(base)),
    fileName: (kind, second) => `${kind}.${timeText(second)}.bz2`,
    updateSeconds: 900,
    ribSeconds: 2 * 3600,
  };
}

const withSlash = (base: string): string => (base.endsWith('/') ? base : `${base}/`);

/** "2014.12". */
const month = (second: EventSecond): string => formatSecond(second).slice(0, 7).replace('-', '.');

/** "20141222.1600". */
const timeText = (second: EventSecond): string =>
  formatSecond(second).slice(0, 16).replace(/[-:]/g, '').replace('T', '.');

/** A moment in each month from `from` to `through`. */
export function months(from: EventSecond, through: EventSecond): EventSecond[] {
  const found = new Map<string, EventSecond>();
  for (let second = from; second < through; second += 86_400) found.set(month(second), second);
  found.set(month(through), through);
  return [...found.values()];
}
