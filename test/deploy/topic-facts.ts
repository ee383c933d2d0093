/** Of each topic what no other file says in data. */

export interface TopicFacts {
  /** Of proto/. */
  readonly message: string;
  /** What a record's key is. */
  readonly key: string;
  readonly writers: string;
  readonly description: string;
  readonly isPublic: boolean;
  /** ProtoJSON instead of protobuf's bytes. */
  readonly isJson: boolean;
}

/** In Markdown, as AsyncAPI takes it. */
export const guarantees = `Steadybeat reads BGP updates, keeps a score of instability for each origin AS, and names the steady beat and the outage that follows it.
\`anomalies\` and \`as.scores\` are public: they change as "Versions" below says. The other topics are the services' own; they are here for those who look inside.

**One envelope, one rule.** Every value begins with an \`envelope\`. For each \`producer\` (in each partition) \`sequence\` counts 1, 2, 3 without gaps. Delivery is at least once: after a restart a record may
be in the log again. Keep the last \`sequence\` of each producer; drop a record whose sequence is not greater; a gap means that records were lost (you began late, or the topic no longer keeps them).
What is left is the same, byte for byte, whatever was killed or repeated.

**Order.** Within a partition a producer's records are in order of \`sequence\`, and their \`eventMinute\` never goes back. \`anomalies\` and \`as.scores\` have one partition: the whole world is in order.

**Time.** \`eventMinute\` (minutes since 1970) is the time of the event, not of the record: a replay of 2014 says 2014. A heartbeat in \`as.scores\` says that the minute is complete.

**Parts.** A value of more than 960 kB comes as \`parts\` records, numbered by \`part\`: join the bytes after their envelopes, then decode. \`anomalies\` and \`as.scores\` never need it today.

**Compression.** Batches are zstd; kcat and librdkafka know it, kafkajs needs a codec of five lines (deploy/examples/scores.mjs).

**Versions.** Fields and enum values are only added: ignore those that you do not know. \`schemaVersion\` goes up with a change that old readers would misread, and that is a new prefix too (\`steadybeat.v2.\`).

**Deletion.** Only the \`snapshots.*\` topics are compacted; all others keep each record until its time is over.`;

const facts: Readonly<Record<string, TopicFacts>> = {
  'bgp.updates': {
    message: 'BgpUpdates',
    key: 'The source: a collector, "rrc00". A peer is always in the same partition.',
    writers: 'feeder',
    description:
      'What collectors recorded, as whole MRT records (RFC 6396); ticks, and the beginning and end of sources.',
    isPublic: false,
    isJson: false,
  },
  'probe.results': {
    message: 'ProbeResults',
    key: 'The source: a prober, "prober:host1".',
    writers: 'active-prober',
    description: 'What probes of targets gave; ticks, and the beginning and end of sources.',
    isPublic: false,
    isJson: false,
  },
  'route.changes': {
    message: 'RouteChanges',
    key: 'The number of the partition.',
    writers: 'route-tracker',
    description: 'What changed in the route tables of peers, a minute and a block of addresses at a time.',
    isPublic: false,
    isJson: false,
  },
  'as.minutes': {
    message: 'AsMinutes',
    key: 'The number of the partition of route.changes that it was made of, or "probes".',
    writers: 'visibility-tracker and probe-tracker',
    description:
      'What happened to the prefixes of origin ASes, a minute and a block of addresses at a time, and whose probed addresses are; and what probes say, a minute at a time.',
    isPublic: false,
    isJson: false,
  },
  'as.scores': {
    message: 'AsScores',
    key: 'The subject: "as:131279", "transit:3356", or "heartbeat".',
    writers: 'instability-scorer',
    description:
      'The score of each origin AS in each minute in which something happens to it, path changes that share a transit AS, and a heartbeat when a minute is complete.',
    isPublic: true,
    isJson: false,
  },
  anomalies: {
    message: 'Anomaly',
    key: 'The incident id.',
    writers: 'anomaly-detector',
    description:
      'Incidents: a record for each transition (opened, updated, closed with a reason). Wake somebody for SEVERITY_CRITICAL only. The subject "test:alert" is a test of the alerts: nothing happened.',
    isPublic: true,
    isJson: true,
  },
  'dead.letters': {
    message: 'DeadLetter',
    key: 'The task or the source that could not use it.',
    writers: 'feeder and all others',
    description:
      'Input that could not be used: the reason, where it came from, and how it begins. `npm start -- dead-letters` shows them.',
    isPublic: false,
    isJson: false,
  },
};

const snapshots = (service: string): TopicFacts => ({
  message: 'SnapshotRecord',
  key: 'Task, input offset, writer and the number of the chunk (or "manifest"): "route-tracker/3@1024@<writer>/0".',
  writers: service,
  description: `The state of the tasks of ${service}: chunks, then a manifest. Compacted; a key without a value is deleted.`,
  isPublic: false,
  isJson: false,
});

export function topicFacts(topic: string): TopicFacts {
  const found = topic.startsWith('snapshots.') ? snapshots(topic.slice('snapshots.'.length)) : facts[topic];
  if (found === undefined)
    throw new Error(`tell subscribers what is in ${topic} (test/deploy/topic-facts.ts)`);
  return found;
}
