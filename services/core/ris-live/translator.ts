import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import { UpdateScan } from '../bgp/update-scan.ts';
import type { EventSecond } from '../event-time.ts';
import { Bgp4mpWriter, type SessionEnds, writeUpdateHeader } from '../mrt/bgp4mp-writer.ts';
import { sessionState } from '../mrt/session-state.ts';
import { isObject, type MessageFields } from './fields.ts';
import { writeHex } from './hex.ts';
import { RisHosts, type RisPeer } from './hosts.ts';
import { RawUpdate } from './raw-update.ts';
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
/** Two for each octet of a message that is spelt, and a frame of any that is usual. */
const maxCharacters = 2 * maxMessageBytes;
const controlTypes: readonly unknown[] = ['ris_subscribe_ok', 'ris_unsubscribe_ok', 'ris_rrc_list', 'pong'];
const silentTypes: readonly unknown[] = ['OPEN', 'NOTIFICATION', 'KEEPALIVE', 'STATE'];

/** Writes the characters of a text, each as an octet. False where it has others than ASCII's, or more than there is room for. */
export type AsciiWriter = (text: string, into: Uint8Array) => boolean;

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
  /** False after an UPDATE without `raw`: a server that does not send it is not looked at for it each time. */
  #expectsRaw = true;
  readonly #updates = new UpdateOctets();
  readonly #rawUpdate = new RawUpdate();
  readonly #message = new Uint8Array(maxMessageBytes);
  readonly #writeAscii: AsciiWriter;
  readonly #characters = new Uint8Array(maxCharacters);
  #second: EventSecond = 0;
  #microsecond = 0;

  /** `writeAscii`: octets are read faster than texts. */
  constructor(writeAscii: AsciiWriter) {
    this.#writeAscii = writeAscii;
  }

  /** Takes one frame, received in this second. Never throws, whatever the text is. */
  take(text: string, receivedSecond: EventSecond): RisLiveOutcome {
    this.out.length = 0;
    if (this.#expectsRaw && this.#readRaw(text)) return this.#takeRawUpdate(receivedSecond);
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

  #readRaw(text: string): boolean {
    const characters = this.#characters;
    return this.#writeAscii(text, characters) && this.#rawUpdate.read(text, characters, this.#message);
  }

  #takeRawUpdate(receivedSecond: EventSecond): RisLiveOutcome {
    const peer = this.#begin(this.#rawUpdate, receivedSecond);
    return peer === undefined ? 'refused' : this.#takeOctets(this.#rawUpdate.length, peer);
  }

  #takeMessage(fields: MessageFields, receivedSecond: EventSecond): RisLiveOutcome {
    const { type } = fields;
    if (silentTypes.includes(type)) return 'silent';
    const peer = this.#begin(fields, receivedSecond);
    if (peer === undefined) return 'refused';
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

  /** Sets the source and the time of a message, and gives its peer; undefined where it is refused. */
  #begin(fields: MessageFields, receivedSecond: EventSecond): RisPeer | undefined {
    const host = this.#hosts.host(fields.host);
    const peer = host && this.#hosts.peer(host, fields.peer, fields.peer_asn);
    if (peer === undefined) {
      this.#refuse(host === undefined ? 'host' : 'peer');
      return undefined;
    }
    if (!this.#setTime(fields.timestamp, receivedSecond)) {
      this.#refuse('timestamp');
      return undefined;
    }
    this.source = host!.source;
    return peer;
  }

  #takeUpdate(fields: MessageFields, peer: SessionEnds): RisLiveOutcome {
    this.#expectsRaw = hasText(fields.raw);
    if (hasText(fields.raw)) {
      return this.#takeOctets(this.#writeHex(fields.raw, 0), peer);
    }
    if (hasText(fields.body)) {
      const end = this.#writeHex(fields.body, messageHeaderBytes);
      if (end > 0) writeUpdateHeader(this.#message, 0, end);
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

  /** Writes the octets that `digits` spell to #message from `at` on and returns where they end; -1 where they spell none. */
  #writeHex(digits: string, at: number): number {
    const characters = this.#characters;
    if (!this.#writeAscii(digits, characters)) return -1;
    const count = writeHex(characters, 0, digits.length, this.#message, at);
    return 2 * count === digits.length ? at + count : -1;
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
