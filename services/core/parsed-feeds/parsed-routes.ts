import { writeAddress } from '../address-text.ts';
import type { EventSecond } from '../event-time.ts';
import { Bgp4mpWriter, type SessionEnds } from '../mrt/bgp4mp-writer.ts';
import { sessionState } from '../mrt/session-state.ts';
import { type MessageFields, uint32Of } from '../ris-live/fields.ts';
import { fieldRefusals, Refused } from '../ris-live/refused.ts';
import { UpdateOctets } from '../ris-live/update-octets.ts';
import { LaggingClock } from './lagging-clock.ts';

/** Why a record of a feed that shows routes as text is not used. The list is closed; each is counted apart. */
export const parsedRefusals = [
  /** Not what its format says: no header, no JSON object, no msgpack map. */
  'recordFormat',
  /** Kinds of records, actions and elements that are not known. */
  'recordType',
  'source',
  'peer',
  'timestamp',
  'peerLimit',
  ...fieldRefusals,
] as const;
export type ParsedRefusal = (typeof parsedRefusals)[number];

/** Who says something, and when; nothing of it is believed yet. */
export interface ParsedOrigin {
  /** A router or a collector. */
  readonly source: string;
  readonly peer: unknown;
  readonly peerAs: unknown;
  /** Seconds since 1970, with a fraction; undefined where the record does not say it. */
  readonly time: number | undefined;
  /** Which of the two Adj-RIBs-In it is of. */
  readonly isPostPolicy: boolean;
  /** It is of a table's dump, which says what is so, and not when it came about. */
  readonly isOfDump?: boolean;
}

export interface ParsedListener {
  /** MRT records of one source; the bytes hold during the call. */
  onRecords(source: string, bytes: Uint8Array, length: number): void;
  onRefused(source: string, reason: ParsedRefusal): void;
}

interface ParsedPeer extends SessionEnds {
  /** The first that told a route is read; the other one says the same again. */
  readsPostPolicy: boolean | undefined;
}

/** More than anybody has; what names more is hostile or broken. */
const maxPeers = 65_536;
/** Times further away than this from when the record came are not believed: those of a table dump are older, and clocks stand still. */
const oldestSeconds = 600;
const newestSeconds = 60;

/** Turns routes that others have parsed into MRT records: BGP4MP_ET, four-octet AS numbers. */
export class ParsedRoutes {
  /** Routes of the other Adj-RIB-In than the one that is read, and of tables that are not read. */
  ignored = 0;
  /** Records whose time was not believed. */
  replacedTimes = 0;
  readonly #listener: ParsedListener;
  readonly #out = new Bgp4mpWriter();
  readonly #updates = new UpdateOctets();
  readonly #peers = new Map<string, ParsedPeer>();
  /** Of sources that are known to lag. */
  readonly #clocks = new Map<string, LaggingClock>();
  #source = '';
  #receivedSecond: EventSecond = 0;
  #isLagging = false;
  #second: EventSecond = 0;
  #microsecond = 0;

  constructor(listener: ParsedListener) {
    this.#listener = listener;
  }

  /** By how much the times of sources that lag are moved: the most of any; undefined where there are none. */
  get lagSeconds(): number | undefined {
    let most: number | undefined;
    for (const { lagSeconds } of this.#clocks.values()) most = Math.max(most ?? 0, lagSeconds);
    return most;
  }

  /** What follows came in this second, of a feed that is known to lag or not. What was not handed over is dropped. */
  begin(receivedSecond: EventSecond, isLagging: boolean = false): void {
    this.#receivedSecond = receivedSecond;
    this.#isLagging = isLagging;
    this.#out.length = 0;
  }

  /** `pathId` is -1 where there is none. */
  update(origin: ParsedOrigin, fields: MessageFields, pathId: number = -1): void {
    const peer = this.#peerOf(origin);
    if (peer === undefined) return;
    peer.readsPostPolicy ??= origin.isPostPolicy;
    if (peer.readsPostPolicy !== origin.isPostPolicy) {
      this.ignored++;
      return;
    }
    try {
      this.#updates.make(
        fields,
        (bytes, length) =>
          this.#out.copyMessage(this.#second, this.#microsecond, peer, 4, pathId >= 0, bytes, 0, length),
        pathId,
      );
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#listener.onRefused(origin.source, error.reason);
    }
  }

  state(origin: ParsedOrigin, isUp: boolean): void {
    const peer = this.#peerOf(origin);
    if (peer === undefined) return;
    peer.readsPostPolicy = undefined;
    const [from, to] = isUp
      ? [sessionState.openConfirm, sessionState.established]
      : [sessionState.established, sessionState.idle];
    this.#out.stateChange(this.#second, this.#microsecond, peer, from, to);
  }

  refuse(source: string, reason: ParsedRefusal): void {
    this.#listener.onRefused(source, reason);
  }

  /** Hands over what has been made. */
  flush(): void {
    if (this.#out.length > 0) this.#listener.onRecords(this.#source, this.#out.bytes, this.#out.length);
    this.#out.length = 0;
  }

  /** The peer, with its record's time set; undefined where it is refused. */
  #peerOf({ source, peer, peerAs, time, isOfDump }: ParsedOrigin): ParsedPeer | undefined {
    if (source !== this.#source) {
      this.flush();
      this.#source = source;
    }
    // Some write AS numbers above 2^31 as negative ones.
    const asn = typeof peerAs === 'number' && peerAs < 0 ? uint32Of(peerAs + 2 ** 32) : uint32Of(peerAs);
    if (typeof peer !== 'string' || peer.length > 45 || asn === undefined) {
      this.refuse(source, 'peer');
      return undefined;
    }
    const key = `${source} ${peer} ${asn}`;
    const known = this.#peers.get(key) ?? this.#newPeer(source, key, peer, asn);
    if (known !== undefined) this.#setTime(isOfDump ? this.#receivedSecond : this.#believed(time));
    return known;
  }

  #newPeer(source: string, key: string, peer: string, peerAs: number): ParsedPeer | undefined {
    const bytes = new Uint8Array(16);
    const addressBytes = writeAddress(peer, bytes, 0);
    if (addressBytes === 0) {
      this.refuse(source, 'peer');
      return undefined;
    }
    if (this.#peers.size === maxPeers) {
      this.refuse(source, 'peerLimit');
      return undefined;
    }
    const made = { peerAs, localAs: 0, bytes, addressAt: 0, addressBytes, readsPostPolicy: undefined };
    this.#peers.set(key, made);
    return made;
  }

  /** `time` is not believed where it is undefined. */
  #setTime(time: number | undefined): void {
    if (time === undefined) this.replacedTimes++;
    const shown = time ?? this.#receivedSecond;
    this.#second = Math.floor(shown);
    this.#microsecond = Math.min(999_999, Math.round((shown - this.#second) * 1e6));
  }

  #believed(time: number | undefined): number | undefined {
    const received = this.#receivedSecond;
    if (time === undefined) return undefined;
    if (this.#isLagging) return this.#clock().moved(time, received);
    return time >= received - oldestSeconds && time <= received + newestSeconds ? time : undefined;
  }

  #clock(): LaggingClock {
    const clock = this.#clocks.get(this.#source) ?? new LaggingClock();
    this.#clocks.set(this.#source, clock);
    return clock;
  }
}
