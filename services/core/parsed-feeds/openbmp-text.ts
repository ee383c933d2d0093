/**
 * OpenBMP's parsed records on Kafka (openbmp.parsed.unicast_prefix, openbmp.parsed.peer; its MESSAGE_BUS_API.md): header lines
 * "V: 1.7", "T: unicast_prefix", "L: octets", "R: rows" in any order, an empty line, then rows of fields divided by tabs. Times are
 * UTC. A withdrawal has no attributes, and no origin AS: whose it was is known from the peer's table.
 */
import type { EventSecond } from '../event-time.ts';
import { communitiesOf, nextHopOf, pathOf, timeOf } from './field-text.ts';
import type { ParsedOrigin, ParsedRoutes } from './parsed-routes.ts';

/** Objects that say nothing of routes and sessions. */
const otherObjects: readonly string[] = [
  'collector',
  'router',
  'base_attribute',
  'bmp_stat',
  'l3vpn',
  'evpn',
  'ls_node',
  'ls_link',
  'ls_prefix',
];

/** Columns of unicast_prefix, from 0. */
const prefixColumn = {
  action: 0,
  routerIp: 4,
  peerIp: 7,
  peerAs: 8,
  time: 9,
  prefix: 10,
  length: 11,
  origin: 13,
  path: 14,
  nextHop: 17,
  med: 18,
  aggregator: 20,
  communities: 21,
  pathId: 27,
  isPrePolicy: 29,
  isAdjIn: 30,
} as const;

/** Columns of peer. */
const peerColumn = { action: 0, routerIp: 6, time: 7, remoteAs: 8, remoteIp: 9, isL3vpn: 25 } as const;

/** Takes the value of one record; `object` is what the topic's name says that it is, if anything. */
export function readOpenBmpText(
  text: string,
  object: string | undefined,
  receivedSecond: EventSecond,
  routes: ParsedRoutes,
): void {
  routes.begin(receivedSecond);
  const parts = /^([\s\S]{1,4096}?)\r?\n\r?\n/.exec(text);
  const headers = new Map<string, string>();
  for (const line of (parts?.[1] ?? '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toUpperCase(), line.slice(colon + 1).trim());
  }
  const kind = headers.get('T') ?? object;
  const length = Number(headers.get('L') ?? 0);
  const body = parts === null ? '' : text.slice(parts[0].length, parts[0].length + length);
  if (parts === null || !headers.has('V') || body.length !== length) {
    routes.refuse('openbmp', 'recordFormat');
    return;
  }
  if (kind !== 'unicast_prefix' && kind !== 'peer') {
    if (kind === undefined || !otherObjects.includes(kind)) routes.refuse('openbmp', 'recordType');
    return;
  }
  for (const row of body.split('\n')) {
    if (row === '') continue;
    if (kind === 'peer') readPeer(row.split('\t'), routes);
    else readPrefix(row.split('\t'), routes);
  }
  routes.flush();
}

function readPrefix(row: readonly string[], routes: ParsedRoutes): void {
  const at = (name: keyof typeof prefixColumn): string => row[prefixColumn[name]] ?? '';
  const source = sourceOf(at('routerIp'));
  if (row.length <= prefixColumn.length) {
    routes.refuse(source, 'recordFormat');
    return;
  }
  // An Adj-RIB-Out is what the router tells others.
  if (at('isAdjIn') === '0') {
    routes.ignored++;
    return;
  }
  const origin: ParsedOrigin = {
    source,
    peer: at('peerIp'),
    peerAs: at('peerAs'),
    time: timeOf(at('time')),
    isPostPolicy: at('isPrePolicy') === '0',
  };
  const prefix = `${at('prefix')}/${at('length')}`;
  const pathId = Number(at('pathId')) > 0 ? Number(at('pathId')) : -1;
  if (at('action') === 'del') {
    routes.update(origin, { withdrawals: [prefix] }, pathId);
  } else if (at('action') === 'add') {
    const fields = {
      origin: at('origin'),
      path: pathOf(at('path')),
      med: at('med'),
      community: communitiesOf(at('communities')),
      aggregator: at('aggregator').replace(' ', ':'),
      announcements: [{ next_hop: nextHopOf(at('nextHop'), prefix), prefixes: [prefix] }],
    };
    routes.update(origin, fields, pathId);
  } else {
    routes.refuse(source, 'recordType');
  }
}

function readPeer(row: readonly string[], routes: ParsedRoutes): void {
  const at = (name: keyof typeof peerColumn): string => row[peerColumn[name]] ?? '';
  const source = sourceOf(at('routerIp'));
  const action = at('action');
  if (action === 'first') return;
  if (at('isL3vpn') === '1') {
    routes.ignored++;
    return;
  }
  if (action !== 'up' && action !== 'down') {
    routes.refuse(source, 'recordType');
    return;
  }
  const origin = {
    source,
    peer: at('remoteIp'),
    peerAs: at('remoteAs'),
    time: timeOf(at('time')),
    isPostPolicy: false,
  };
  routes.state(origin, action === 'up');
}

/** Addresses only: what is none names no source. */
const sourceOf = (routerIp: string): string =>
  /^[0-9a-f:.]{2,45}$/i.test(routerIp) ? `openbmp@${routerIp}` : 'openbmp';
