import { writeHex } from './hex.ts';
import { nameEnd, valueEnd } from './plain-json.ts';

const front = '{"type":"ris_message","data":{';
const quote = 0x22;
const comma = 0x2c;

/**
 * An UPDATE with `raw`, read where it lies in its frame. All that such a frame says of routes says `raw` too; JSON.parse would make
 * arrays of the paths, communities and prefixes, and takes longer for that than everything else.
 */
export class RawUpdate {
  /** As JSON.parse gives them. */
  host = '';
  peer = '';
  peer_asn = '';
  timestamp = -1;
  /** Octets of `raw`. */
  length = 0;
  #type = '';

  /**
   * Reads a frame, `text`, whose characters `octets` begins with, and writes what `raw` spells to `into`. False where JSON.parse has to be asked:
   * it is of another shape, or not plain, or no JSON.
   */
  read(text: string, octets: Uint8Array, into: Uint8Array): boolean {
    if (!text.startsWith(front)) return false;
    this.host = this.peer = this.peer_asn = this.#type = '';
    this.timestamp = -1;
    this.length = 0;
    let at = front.length - 1;
    do {
      const valueAt = nameEnd(octets, at + 1);
      if (valueAt < 0) return false;
      const name = text.slice(at + 2, valueAt - 2);
      at =
        name === 'raw'
          ? this.#readRaw(octets, valueAt, text.length, into)
          : this.#readField(name, text, octets, valueAt);
    } while (octets[at] === comma);
    // Octets of a longer frame may lie behind this one's: what ends where it ends has met none of them.
    return at === text.length - 2 && text.endsWith('}}') && this.#isWhole();
  }

  /** Where the value ends; -1 where it is not plain. */
  #readRaw(octets: Uint8Array, start: number, to: number, into: Uint8Array): number {
    if (octets[start] !== quote) return -1;
    this.length = writeHex(octets, start + 1, to, into, 0);
    const end = start + 1 + 2 * this.length;
    return octets[end] === quote ? end + 1 : -1;
  }

  #readField(name: string, text: string, octets: Uint8Array, start: number): number {
    const end = valueEnd(octets, start);
    if (end < 0) return -1;
    const isText = octets[start] === quote;
    switch (name) {
      case 'timestamp':
        this.timestamp = Number(text.slice(start, end));
        return end;
      case 'host':
        this.host = text.slice(start + 1, end - 1);
        return isText ? end : -1;
      case 'peer':
        this.peer = text.slice(start + 1, end - 1);
        return isText ? end : -1;
      case 'peer_asn':
        this.peer_asn = text.slice(start + 1, end - 1);
        return isText ? end : -1;
      case 'type':
        this.#type = text.slice(start, end);
        return end;
      default:
        return end;
    }
  }

  #isWhole(): boolean {
    const { host, peer, peer_asn, timestamp, length } = this;
    const hasFields = host !== '' && peer !== '' && peer_asn !== '' && timestamp >= 0;
    return hasFields && this.#type === '"UPDATE"' && length > 0;
  }
}
