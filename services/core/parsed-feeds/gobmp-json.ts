/**
 * goBMP's parsed records on Kafka (gobmp.parsed.unicast_prefix, _v4, _v6, gobmp.parsed.peer; its pkg/message/types.go): a JSON object
 * each. Attributes lie in `base_attrs`; older ones have them beside the prefix. AS numbers above 2^31 may be negative.
 */
import type { EventSecond } from '../event-time.ts';
import { elementsOf, isObject, uint32Of } from '../ris-live/fields.ts';
import { communitiesIn, nextHopOf, timeOf } from './field-text.ts';
import type { ParsedOrigin, ParsedRoutes } from './parsed-routes.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Takes the value of one record. Never throws, whatever the text is. */
export function readGobmpJson(text: string, receivedSecond: EventSecond, routes: ParsedRoutes): void {
  routes.begin(receivedSecond);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    record = undefined;
  }
  if (!isObject(record)) routes.refuse('gobmp', 'recordFormat');
  else if ('prefix' in record || 'prefix_len' in record || record.is_eor === true) readPrefix(record, routes);
  else if ('remote_ip' in record) readPeer(record, routes);
  else routes.refuse('gobmp', 'recordType');
  routes.flush();
}

function readPrefix(record: Fields, routes: ParsedRoutes): void {
  if (record.is_eor === true) return;
  const isLocRib = record.is_loc_rib === true || record.is_locrib === true;
  const isAdjOut = record.is_adj_rib_out === true || (record.is_adj_rib_in === false && !isLocRib);
  // A VPN's routes are not the Internet's.
  if (isAdjOut || typeof record.vpn_rd === 'string') {
    routes.ignored++;
    return;
  }
  const source = sourceOf(record);
  const isPostPolicy = record.is_adj_rib_in_post_policy === true || record.isprepolicy === false;
  const origin: ParsedOrigin = {
    source,
    peer: record.peer_ip,
    peerAs: record.peer_asn,
    time: timeIn(record),
    isPostPolicy: isPostPolicy && !isLocRib,
  };
  const prefix = prefixIn(record);
  const id = uint32Of(unsigned(record.path_id ?? 0));
  // Whose route it is cannot be told without.
  if (id === undefined) {
    routes.refuse(source, 'prefix');
    return;
  }
  const pathId = id === 0 ? -1 : id;
  if (record.action === 'del') {
    routes.update(origin, { withdrawals: [prefix] }, pathId);
  } else if (record.action === 'add') {
    const attributes: Fields = isObject(record.base_attrs) ? record.base_attrs : record;
    const fields = {
      origin: attributes.origin,
      path: elementsOf(attributes.as_path).map(unsigned),
      med: attributes.med,
      community: communitiesIn(attributes.community_list),
      announcements: [
        { next_hop: nextHopOf(attributes.nexthop ?? record.nexthop, prefix), prefixes: [prefix] },
      ],
    };
    routes.update(origin, fields, pathId);
  } else {
    routes.refuse(source, 'recordType');
  }
}

function readPeer(record: Fields, routes: ParsedRoutes): void {
  if (record.is_l === true || record.is_l3vpn === true) {
    routes.ignored++;
    return;
  }
  const source = sourceOf(record);
  const { action, remote_ip: peer, remote_asn: peerAs } = record;
  if (action === 'up' || action === 'add' || action === 'down' || action === 'del') {
    const isUp = action === 'up' || action === 'add';
    routes.state({ source, peer, peerAs, time: timeIn(record), isPostPolicy: false }, isUp);
  } else {
    routes.refuse(source, 'recordType');
  }
}

const unsigned = (value: unknown): unknown =>
  typeof value === 'number' && value < 0 ? value + 2 ** 32 : value;

const timeIn = ({ timestamp }: Fields): number | undefined =>
  typeof timestamp === 'string' ? timeOf(timestamp) : undefined;

/** Where it has none, a text that is no prefix either. */
function prefixIn({ prefix, prefix_len: length }: Fields): string {
  const bits = uint32Of(length ?? 0);
  return typeof prefix === 'string' && bits !== undefined ? `${prefix}/${bits}` : '';
}

const sourceOf = ({ router_ip: ip }: Fields): string =>
  typeof ip === 'string' && /^[0-9a-f:.]{2,45}$/i.test(ip) ? `gobmp@${ip}` : 'gobmp';
