import { formatMinute } from '#core/event-time.ts';
import type { DeadLetter } from '#runtime/codec/dead-letters.ts';
import type { Envelope } from '#runtime/codec/envelope.ts';
import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { readBack } from '#runtime/read-back.ts';
import { deadLetters } from '#runtime/topics.ts';
import { number } from '../report/progress.ts';
import { countsText } from '../report/refusal-report.ts';

/** Shows what could not be used, a line each, oldest first; status 1 where the brokers do not give it. */
export async function deadLettersCommand(configuration: Configuration): Promise<number> {
  const options = kafkaOptionsOf(configuration, 'steadybeat-dead-letters', () => undefined);
  let transport: KafkaTransport | undefined;
  try {
    transport = await KafkaTransport.open(options);
    const counts = new Map<string, number>();
    for await (const { envelope, value } of readBack(transport, deadLetters, 0)) {
      counts.set(value.reason, (counts.get(value.reason) ?? 0) + 1);
      process.stdout.write(`${letterLine(envelope, value)}\n`);
    }
    process.stdout.write(counts.size === 0 ? 'no dead letters\n' : `in all: ${countsText(counts)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof KafkaProblem)) throw error;
    process.stderr.write(`steadybeat: ${error.message}\n`);
    return 1;
  } finally {
    await transport?.close();
  }
}

/** The origin is a partition of a topic or a file, the position an offset in it. */
function letterLine(
  { producer, eventMinute }: Envelope,
  { reason, origin, position, length }: DeadLetter,
): string {
  // Before the first record with a time.
  const time = eventMinute === 0 ? '-' : formatMinute(eventMinute);
  return `${time}  ${reason}  ${origin}  offset ${position}  ${number(length)} bytes  told by ${producer}`;
}
