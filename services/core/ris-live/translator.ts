import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import { UpdateScan } from '../bgp/update-scan.ts';
import type { EventSecond } from '../event-time.ts';
import { Bgp4mpWriter, type SessionEnds, writeUpdateHeader } from '../mrt/bgp4mp-writer.ts';
import { sessionState } from '../mrt/session-state.ts';
import { isObject, type MessageFields } from './fields.ts';
import { writeHex } from './hex.ts';
import { RisHosts } from './hosts.ts';
import { fieldRefusals, Refused } from './refused.ts';
import { UpdateOctets } from './update-octets.ts';

/** Why a frame is not used. The list is closed; each is counted apart. */
export const risLiveRefusals = [
  /** Not JSON, or JSON that is no object. */
  'json',
  /** A type of frame, or of message, that is not known. */
  'frameType',
  'messageType',
  'host',
  'peer',
  'timestamp',
  /** `raw` or `body` is not hex, or not one whole BGP message. */
  'raw',
  'peerState',
  ...fieldRefusals,
] as const;
export type RisLiveRefusal = (typeof risLiveRefusals)[number];

export type RisLiveOutcome =
  /** `out` has records of `source`. */
  | 'records'
  /** A message that says nothing of routes or sessions. */
  | 'silent'
  /** An answer to the client: not a message. */
  | 'control'
  /** The server says that it could not do something: `errorText`. */
  | 'error'
  /** See `refusal`. */
  | 'refused';

/** A time further ahead than this is not believed. One that is past is: messages are known to come late. */
const newestSeconds = 60;
const maxMessageBytes = 65_535;
const controlTypes: readonly unknown[] = ['ris_subscribe_ok', 'ris_unsubscribe_ok', 'ris_rrc_list', 'pong'];
const silentTypes: readonly unknown[] = ['OPEN', 'NOTIFICATION', 'KEEPALIVE', 'STATE'];

/** Turns frames of RIS Live into MRT records: BGP4MP_ET. */
export class RisLiveTranslator {
  /** The records of the last frame. */
  readonly out: Bgp4mpWriter = new Bgp4mpWriter();
  /** The collector of them. */
  source = '';
  refusal: RisLiveRefusal = 'json';
  errorText = '';
  /** Frames of 2018 that repeat the one before. */
  repeated = 0;
  /** Messages whose time lies too far ahead. */
  replacedTimes = 0;
  readonly #hosts = new RisHosts();
  readonly #scan = new UpdateScan();
  readonly #updates = new UpdateOctets();
  readonly #message = new Uint8Array(maxMessageBytes);
  #second: EventSecond = 0;
  #microsecond = 0;

  /** Takes one frame, received in this second. Never throws, whatever the text is. */
  take(text: string, receivedSecond: EventSecond): RisLiveOutcome {
    this.out.length = 0;
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      return this.#refuse('json');
    }
    if (!isObject(frame)) return this.#refuse('json');
    if (frame.type === 'ris_message') {
      return isObject(frame.data) ? this.#takeMessage(frame.data, receivedSecond) : this.#refuse('frameType');
    }
    if (frame.type === 'A' || frame.type === 'W') return this.#takeMessage(frame, receivedSecond);
    if (frame.type === 'ris_error') {
      const message = isObject(frame.data) ? frame.data.message : undefined;
      this.errorText = typeof message === 'string' ? message.slice(0, 500) : '';
      return 'error';
    }
    return controlTypes.includes(frame.type) ? 'control' : this.#refuse('frameType');
  }

  #takeMessage(fields: MessageFields, receivedSecond: EventSecond): RisLiveOutcome {
    const { type } = fields;
    if (silentTypes.includes(type)) return 'silent';
    const host = this.#hosts.host(fields.host);
    if (host === undefined) return this.#refuse('host');
    const peer = this.#hosts.peer(host, fields.peer, fields.peer_asn);
    if (peer === undefined) return this.#refuse('peer');
    if (!this.#setTime(fields.timestamp, receivedSecond)) return this.#refuse('timestamp');
    this.source = host.source;
    switch (type) {
      case 'UPDATE':
        return this.#takeUpdate(fields, peer);
      case 'RIS_PEER_STATE':
        return this.#takeState(fields.state, peer);
      case 'A':
      case 'W': {
        const id = typeof fields.id === 'string' ? fields.id : '';
        if (id !== '' && peer.lastId === id && hasText(fields.body)) {
          this.repeated++;
          return 'silent';
        }
        peer.lastId = id;
        return this.#takeUpdate(fromFlat(fields), peer);
      }
      default:
        return this.#refuse('messageType');
    }
  }

  #takeUpdate(fields: MessageFields, peer: SessionEnds): RisLiveOutcome {
    const message = this.#message;
    if (hasText(fields.raw)) {
      const end = writeHex(fields.raw, message, 0);
      return this.#takeOctets(end, peer);
    }
    if (hasText(fields.body)) {
      const end = writeHex(fields.body, message, messageHeaderBytes);
      if (end > 0) writeUpdateHeader(message, 0, end);
      return this.#takeOctets(end, peer);
    }
    try {
      this.#updates.make(fields, (bytes, length) =>
        this.out.copyMessage(this.#second, this.#microsecond, peer, 4, false, bytes, 0, length),
      );
    } catch (error) {
      if (error instanceof Refused) return this.#refuse(error.reason);
      throw error;
    }
    return this.out.length === 0 ? 'silent' : 'records';
  }

  /** The BGP message that lies in #message up to `end`. */
  #takeOctets(end: number, peer: SessionEnds): RisLiveOutcome {
    const message = this.#message;
    if (end < messageHeaderBytes || ((message[16]! << 8) | message[17]!) !== end) return this.#refuse('raw');
    if (message[18] !== messageType.update) return 'silent';
    // Of one whose lengths do not fit, the reader of the record says what is wrong.
    const isScanned = this.#scan.scan(message, 0, end);
    const asnBytes = isScanned ? this.#scan.asnBytes(4) : 4;
    if (asnBytes === 2 && peer.peerAs > 0xffff) return this.#refuse('path');
    const hasPathIds = isScanned && this.#scan.looksLikeAddPath();
    this.out.copyMessage(this.#second, this.#microsecond, peer, asnBytes, hasPathIds, message, 0, end);
    return 'records';
  }

  #takeState(state: unknown, peer: SessionEnds): RisLiveOutcome {
    const isUp = state === 'connected' || state === 'up';
    if (!isUp && state !== 'down') return this.#refuse('peerState');
    const [from, to] = isUp
      ? [sessionState.openConfirm, sessionState.established]
      : [sessionState.established, sessionState.idle];
    this.out.stateChange(this.#second, this.#microsecond, peer, from, to);
    return 'records';
  }

  #setTime(timestamp: unknown, receivedSecond: EventSecond): boolean {
    const time = typeof timestamp === 'string' ? Number(timestamp) : timestamp;
    if (typeof time !== 'number' || !(time >= 0)) return false;
    if (time > receivedSecond + newestSeconds) {
      this.replacedTimes++;
      this.#second = receivedSecond;
      this.#microsecond = 0;
      return true;
    }
    this.#second = Math.floor(time);
    this.#microsecond = Math.min(999_999, Math.round((time - this.#second) * 1e6));
    return true;
  }

  #refuse(refusal: RisLiveRefusal): 'refused' {
    this.refusal = refusal;
    this.out.length = 0;
    return 'refused';
  }
}

const hasText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A frame of 2018 in today's fields. */
function fromFlat(fields: MessageFields): MessageFields {
  const prefixes = [fields.prefix];
  return fields.type === 'W'
    ? { ...fields, withdrawals: prefixes }
    : { ...fields, announcements: [{ next_hop: fields.next_hop, prefixes }] };
}
