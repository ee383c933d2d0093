/**
 * Records of the Internet Health Report's topics ihr_bgp_COLLECTOR_updates and _ribs, MessagePack:
 * {rec: {project, collector, type, time, ...}, elements: [{type: "A" | "W" | "R" | "S", time, peer_asn, peer_address,
 * fields: {"next-hop", "as-path", communities, prefix}}]}. They are made of archives, and come 15 to 30 minutes late, a file at once.
 */
import type { EventSecond } from '../event-time.ts';
import { elementsOf, isObject } from '../ris-live/fields.ts';
import { communitiesIn, nextHopOf, pathOf } from './field-text.ts';
import { MsgpackError, readMsgpack } from './msgpack.ts';
import type { ParsedOrigin, ParsedRoutes } from './parsed-routes.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Takes the value of one record. Never throws, whatever the bytes are. */
export function readIhrRecord(bytes: Uint8Array, receivedSecond: EventSecond, routes: ParsedRoutes): void {
  routes.begin(receivedSecond, true);
  const record = messageOf(bytes);
  const head = isObject(record) ? record.rec : undefined;
  if (!isObject(record) || !isObject(head)) {
    routes.refuse('ihr', 'recordFormat');
    return;
  }
  const { collector } = head;
  if (typeof collector !== 'string' || !/^[a-z0-9][a-z0-9.-]{0,63}$/i.test(collector)) {
    routes.refuse('ihr', 'source');
    return;
  }
  // The same collector may be heard live too, half an hour earlier.
  const source = `ihr@${collector.toLowerCase()}`;
  for (const element of elementsOf(record.elements)) {
    if (isObject(element)) readElement(element, source, routes);
    else routes.refuse(source, 'recordFormat');
  }
  routes.flush();
}

function readElement(element: Fields, source: string, routes: ParsedRoutes): void {
  const { time } = element;
  const shown: Fields = isObject(element.fields) ? element.fields : {};
  const origin: ParsedOrigin = {
    source,
    peer: element.peer_address,
    peerAs: element.peer_asn,
    time: typeof time === 'number' ? time : undefined,
    isPostPolicy: false,
    isOfDump: element.type === 'R',
  };
  const prefix = textOf(shown.prefix);
  switch (element.type) {
    case 'W':
      routes.update(origin, { withdrawals: [prefix] });
      return;
    case 'A':
    case 'R':
      routes.update(origin, {
        path: pathOf(textOf(shown['as-path'])),
        community: communitiesIn(shown.communities),
        announcements: [{ next_hop: nextHopOf(shown['next-hop'], prefix), prefixes: [prefix] }],
      });
      return;
    case 'S':
      readState(shown, origin, routes);
      return;
    default:
      routes.refuse(source, 'recordType');
  }
}

/** Only what leads to or from Established says something of routes. */
function readState(shown: Fields, origin: ParsedOrigin, routes: ParsedRoutes): void {
  const was = textOf(shown['old-state']).toLowerCase();
  const is = textOf(shown['new-state']).toLowerCase();
  if (is === 'established') routes.state(origin, true);
  else if (was === 'established') routes.state(origin, false);
}

function messageOf(bytes: Uint8Array): unknown {
  try {
    return readMsgpack(bytes);
  } catch (error) {
    if (error instanceof MsgpackError) return undefined;
    throw error;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
