import { type BinaryMessage, binaryCodec } from './codec.ts';
import { type Writable, writeBytes, writeText, writeUint, writeUint64 } from './fields.ts';

/** Topic dead.letters: proto/steadybeat/v1/dead_letters.proto says what each field means. */
export interface DeadLetter {
  readonly reason: string;
  readonly origin: string;
  readonly position: number;
  readonly head: Uint8Array;
  readonly length: number;
}

/** Of input that could not be used, so many bytes are kept. */
export const deadLetterHeadBytes = 4096;

const message: BinaryMessage<DeadLetter, Writable<DeadLetter>> = {
  schemaVersion: 1,
  write(writer, letter) {
    writeText(writer, 2, letter.reason);
    writeText(writer, 3, letter.origin);
    writeUint64(writer, 4, letter.position);
    writeBytes(writer, 5, letter.head);
    writeUint(writer, 6, letter.length);
  },
  empty: () => ({ reason: '', origin: '', position: 0, head: new Uint8Array(), length: 0 }),
  readField(reader, field, letter) {
    if (field === 2) letter.reason = reader.string();
    else if (field === 3) letter.origin = reader.string();
    else if (field === 4) letter.position = reader.uint64();
    else if (field === 5) letter.head = reader.bytes();
    else if (field === 6) letter.length = reader.uint32();
    else return false;
    return true;
  },
  finish: (letter) => letter,
};

export const deadLettersCodec = binaryCodec(message);
