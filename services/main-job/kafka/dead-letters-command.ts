import { formatMinute } from '#core/event-time.ts';
import type { DeadLetter } from '#runtime/codec/dead-letters.ts';
import { type Envelope, openRecord } from '#runtime/codec/envelope.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { batchHeader } from '#runtime/kafka/fetched-batch.ts';
import { deadLetters } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { number } from '../report/progress.ts';
import { countsText } from '../report/refusal-report.ts';
import { overKafka } from './kafka-command.ts';

/** Shows what could not be used, a line each, oldest first; status 1 where the brokers do not give it. */
export const deadLettersCommand = (configuration: Configuration): Promise<number> =>
  overKafka(configuration, 'dead-letters', async (transport) => {
    const counts = new Map<string, number>();
    for await (const { envelope, letter } of lettersOf(transport)) {
      counts.set(letter.reason, (counts.get(letter.reason) ?? 0) + 1);
      process.stdout.write(`${letterLine(envelope, letter)}\n`);
    }
    process.stdout.write(counts.size === 0 ? 'no dead letters\n' : `in all: ${countsText(counts)}\n`);
    return 0;
  });

interface Letter {
  readonly envelope: Envelope;
  readonly letter: DeadLetter;
}

/** Those that are still kept, each once: who looks on needs not all that ever were. */
async function* lettersOf(transport: Transport): AsyncIterable<Letter> {
  const last = new Map<string, number>();
  const { low, high } = await transport.offsets(deadLetters.topic, 0);
  for await (const { value } of transport.scan(deadLetters.topic, 0, low, high)) {
    const told = opened(value!);
    if (told === undefined) continue;
    const { producer, sequence } = told.envelope;
    if (sequence <= (last.get(producer) ?? 0)) continue;
    last.set(producer, sequence);
    yield told;
  }
}

/** Undefined where a stranger wrote it. */
function opened(record: Uint8Array): Letter | undefined {
  try {
    const { envelope, body } = deadLetters.codec.open(record);
    return { envelope, letter: deadLetters.codec.decode(envelope, body) };
  } catch {
    return undefined;
  }
}

/** The origin is a partition of a topic or a file, the position an offset in it. */
export function letterLine(
  { producer, eventMinute }: Envelope,
  { reason, origin, position, head, length }: DeadLetter,
): string {
  // Before the first record with a time.
  const time = eventMinute === 0 ? '-' : formatMinute(eventMinute);
  return `${time}  ${reason}  ${origin}  offset ${position}  ${number(length)} bytes  ${reason.startsWith('batch-') ? batchText(head) : writerText(head)}told by ${producer}`;
}

/** Of records that could not be unpacked: the position is that of the last. */
function batchText(head: Uint8Array): string {
  const header = batchHeader(head);
  return header === undefined
    ? ''
    : `offsets ${header.firstOffset} to ${header.lastOffset} together, compression ${compressions[header.compression] ?? header.compression}  `;
}

/** By Kafka's numbers. */
const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Of a record whose envelope could be read, what that says. */
function writerText(head: Uint8Array): string {
  try {
    const { producer, sequence, schemaVersion } = openRecord(head).envelope;
    return `written by ${JSON.stringify(producer)}, number ${sequence}, schema version ${schemaVersion}  `;
  } catch {
    return '';
  }
}
