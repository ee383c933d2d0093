/**
 * The score of each AS, a line for each minute in which something happens to it: node scores.mjs [GROUP]
 * With the code that proto/ generates (`npm run gen`), and with kafkajs. BROKERS, PREFIX; KAFKA_USER and KAFKA_PASSWORD for SCRAM.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import kafkajs from 'kafkajs';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { AsScoresSchema } from '../../proto/gen/steadybeat/v1/as_scores_pb.ts';

const {
  BROKERS = '127.0.0.1:29092',
  PREFIX = 'steadybeat.v1.',
  KAFKA_USER: username,
  KAFKA_PASSWORD: password,
} = process.env;
const group = process.argv[2] ?? 'subscriber-scores';

// What kafkajs has no codec of its own for.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer) => zstdDecompressSync(buffer),
});

// A fault of kafkajs 2.2.4: a connection on which nothing waits sets a timer with a delay below zero, again and again (TimeoutNegativeWarning).
const { scheduleCheckPendingRequests } = RequestQueue.prototype;
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
};

const kafka = new kafkajs.Kafka({
  brokers: BROKERS.split(','),
  clientId: 'steadybeat-example',
  logLevel: kafkajs.logLevel.ERROR,
  // Over TLS, where the brokers have it: the CA that signed their certificates, and if they ask for one, a certificate of your own.
  // ssl: { ca: [readFileSync('ca.pem', 'utf8')], cert: readFileSync('me.pem', 'utf8'), key: readFileSync('me.key', 'utf8') },
  // Mechanisms: 'plain' (only over TLS), 'scram-sha-256', 'scram-sha-512'.
  ...(username && { sasl: { mechanism: 'scram-sha-512', username, password } }),
});
const consumer = kafka.consumer({ groupId: PREFIX + group });

/** The rule of the envelope: the last sequence of each producer. */
const last = new Map();

await consumer.connect();
await consumer.subscribe({ topic: `${PREFIX}as.scores`, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const record = decoded(message.value);
    if (record?.envelope === undefined || !isNew(record.envelope) || record.content.case !== 'score') return;
    const { originAs, score, surprise } = record.content.value;
    const time = new Date(60_000 * record.envelope.eventMinute).toISOString().replace(':00.000Z', 'Z');
    console.log(`${time} AS${originAs} score ${score.toFixed(3)} surprise ${surprise.toFixed(1)}`);
  },
});

/** Undefined where it is not Steadybeat's. */
function decoded(value) {
  try {
    return fromBinary(AsScoresSchema, value);
  } catch {
    return undefined;
  }
}

function isNew({ producer, sequence }) {
  const before = last.get(producer);
  if (before !== undefined && sequence <= before) return false;
  if (before !== undefined && sequence > before + 1n)
    console.error(`${producer}: records are missing before ${sequence}`);
  last.set(producer, sequence);
  return true;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => consumer.disconnect());
