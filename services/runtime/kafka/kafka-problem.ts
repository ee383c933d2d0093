/** Something between this program and Kafka, told in one message that says what to do. */
export class KafkaProblem extends Error {
  /** True where the same may work later, without anybody doing anything here. */
  readonly passes: boolean;

  constructor(message: string, passes: boolean, cause: unknown) {
    super(message, { cause });
    this.name = 'KafkaProblem';
    this.passes = passes;
  }
}

/** What was tried when it went wrong. */
export interface Attempt {
  /** "read route.changes": after "could not". */
  readonly doing: string;
  readonly brokers: readonly string[];
  readonly topics?: readonly string[];
  readonly group?: string;
}

/** What kafkajs' and Node's errors carry. */
interface Symptom {
  readonly name: string;
  readonly message: string;
  /** Kafka's name of the error. */
  readonly type?: string;
  /** Node's. */
  readonly code?: string | number;
  readonly retriable?: boolean;
  /** Where it is about one partition. */
  readonly topic?: string;
  readonly partition?: number;
}

/** The problem behind an error; an error that is no matter of Kafka's (a bug) is given back as it is. */
export function explained(error: unknown, attempt: Attempt): Error {
  if (error instanceof KafkaProblem || error instanceof RangeError) return error;
  const symptom = rootOf(error);
  if (symptom === undefined) return error instanceof Error ? error : new Error(String(error));
  const told = remedy(symptom, attempt);
  if (told !== undefined) return new KafkaProblem(`could not ${attempt.doing}: ${told}`, false, error);
  const passes = passesBy(symptom);
  return new KafkaProblem(`could not ${attempt.doing}: ${plainly(symptom, attempt)}`, passes, error);
}

/** Kafka's name of the error, such as REBALANCE_IN_PROGRESS. */
export const errorType = (error: unknown): string | undefined => rootOf(error)?.type;

/** kafkajs wraps errors in errors: the innermost that has a name of its own. */
function rootOf(error: unknown): Symptom | undefined {
  let found: Symptom | undefined;
  for (let inner = error; inner instanceof Error; inner = insideOf(inner)) {
    const symptom = inner as unknown as Symptom;
    if (inner.name.startsWith('KafkaJS') || symptom.code !== undefined) found = symptom;
    if (symptom.type !== undefined) return symptom;
  }
  return found;
}

/** Of several at once, the first is told. */
const insideOf = (error: Error): unknown => (error as Partial<AggregateError>).errors?.[0] ?? error.cause;

const list = (names: readonly string[] | undefined): string => (names ?? []).join(', ');

/** What a person has to do; undefined where nothing, or nobody knows. */
function remedy(
  { name, type, code, message, topic, partition }: Symptom,
  { topics, group }: Attempt,
): string | undefined {
  switch (type) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return `not allowed on topic ${list(topics)}, or no such topic. Give this user its ACLs (READ, WRITE or DESCRIBE on the topic), or create the topic.`;
    case 'GROUP_AUTHORIZATION_FAILED':
      return `not allowed in group ${group}. Give this user the ACL READ on the group.`;
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return 'not allowed on the cluster. Let a user with the ACL CREATE on the cluster do it.';
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return `a record is larger than topic ${list(topics)} takes. Set its max.message.bytes to 1048588 or more.`;
    case 'UNSUPPORTED_SASL_MECHANISM':
      return 'the brokers do not know this SASL mechanism. Choose one of theirs (sasl.enabled.mechanisms).';
    case 'INCONSISTENT_GROUP_PROTOCOL':
      return `another program uses group ${group}. Choose another prefix.`;
    case 'INVALID_SESSION_TIMEOUT':
      return 'the session timeout is outside what the brokers allow (group.min.session.timeout.ms, group.max.session.timeout.ms).';
    case 'OFFSET_OUT_OF_RANGE':
      return outsideLog(`${topic}/${partition}`);
    case 'INVALID_REPLICATION_FACTOR':
      return 'there are fewer brokers than the replicas asked for.';
  }
  if (name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED')
    return 'the brokers refuse the user name or the password. Correct them.';
  if (/CERT_HAS_EXPIRED/.test(String(code)) || /certificate (has )?expired/.test(message))
    return "a certificate has expired. Renew it (the brokers' one, or the one that this program shows).";
  if (/SELF_SIGNED|UNABLE_TO|CERT|ALTNAME/.test(String(code)) || /certificate/.test(message))
    return `the brokers' certificate is not trusted (${message}). Give the CA that signed it, and its host name.`;
  if (/SSL|TLS/.test(String(code)) || /secure TLS connection/.test(message))
    return 'TLS with the brokers does not come about. Is that the port for TLS?';
  return undefined;
}

/** Never a silent jump to what the log still has: what was between would be missing. */
export const outsideLog = (partition: string): string =>
  `its position in ${partition} is outside the log. The topic was made anew, or no longer keeps what comes next: the next start says which, and what to do.`;

/** The same where somebody wants to begin at `offset`: 0 where there was no snapshot. */
export function startOutsideLog(
  partition: string,
  offset: number,
  { low, high }: { readonly low: number; readonly high: number },
): string {
  const again =
    'Tell what is still kept again under another prefix (npm start -- reprocess --prefix OTHER.) and let all services go on there, or start over under another prefix.';
  if (offset === 0)
    return `there is no snapshot to go on from, and ${partition} no longer has its beginning: what was before offset ${low} is over its retention. ${again}`;
  const snapshot = `the snapshot's position in ${partition}, offset ${offset}, is outside the log, which has ${low} to ${high}`;
  return offset < low
    ? `${snapshot}: the task was away for longer than the topic keeps records, and without its snapshot it would miss still more. ${again}`
    : `${snapshot}: the topic was made anew. Start over under another prefix, or delete all topics of this one, those of the snapshots too.`;
}

function plainly({ name, message, type, code }: Symptom, { brokers, topics }: Attempt): string {
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION')
    return `there is no topic ${list(topics)}, or not that partition of it. Create the topics first.`;
  if (name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET')
    return `${list(brokers)} closed the connection. If that stays so: do the brokers ask for TLS or SASL, or not?`;
  if (name.startsWith('KafkaJSConnection') || typeof code === 'string')
    return `no Kafka broker answers at ${list(brokers)} (${reasonOf(message)}). Is it running, and is that its address?`;
  return message;
}

const reasonOf = (message: string): string =>
  message.replace(/^Connection error: /, '').trim() || 'no reason given';

function passesBy({ name, type, code, retriable }: Symptom): boolean {
  if (type !== undefined) return retriable === true || passing.has(type);
  if (final.has(name)) return false;
  return name.startsWith('KafkaJS') || typeof code === 'string';
}

/** Errors of kafkajs itself that stay. */
const final = new Set([
  'KafkaJSNonRetriableError',
  'KafkaJSNotImplemented',
  'KafkaJSServerDoesNotSupportApiKey',
  'KafkaJSUnsupportedMagicByteInMessageSet',
  'KafkaJSInvariantViolation',
]);

/** Errors that kafkajs takes for final, or does not know by name. */
const passing = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'BROKER_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN',
]);
