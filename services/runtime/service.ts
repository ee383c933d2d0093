import { randomUUID } from 'node:crypto';
import { debuglog } from 'node:util';
import type { EventMinute } from '#core/event-time.ts';
import { type PassedOverReason, type RestoreEvent, type Snapshot, SnapshotStore } from './snapshot-store.ts';
import { markOf, stateVersionOf, Task, type TaskDefinition } from './task.ts';
import { snapshotTopic } from './topics.ts';
import type { Batch, Consumer, Delivery, Producer, Transport } from './transport/transport.ts';
import { WaitWatch } from './wait-watch.ts';

/** With NODE_DEBUG=steadybeat each step of a task is told on standard error. */
const debug = debuglog('steadybeat');

/** When a task writes a snapshot: whichever comes first. */
export interface SnapshotPolicy {
  readonly everyEventMinutes: number;
  readonly everyInputBytes: number;
}

/** What happens in a service: for logs, metrics and tests. */
export type ServiceEvent =
  | { readonly case: 'restoring'; readonly task: string }
  /** So much of a snapshot was read, in so much time. */
  | {
      readonly case: 'restoreProgress';
      readonly task: string;
      readonly readBytes: number;
      readonly stateBytes: number;
      readonly milliseconds: number;
    }
  /** A snapshot could not be used: an older one is read, or the input from its start. */
  | {
      readonly case: 'snapshotPassedOver';
      readonly task: string;
      readonly inputOffset: number;
      readonly reason: PassedOverReason;
    }
  /** `inputOffset` is 0 where there was no snapshot. */
  | {
      readonly case: 'restored';
      readonly task: string;
      readonly inputOffset: number;
      readonly eventMinute: EventMinute;
      /** False where none is ever written. */
      readonly writesSnapshots: boolean;
    }
  | {
      readonly case: 'processed';
      readonly task: string;
      readonly inputOffset: number;
      readonly eventMinute: EventMinute;
      /** Records dropped by the rule of the envelope since the task began. */
      readonly duplicates: number;
    }
  | {
      readonly case: 'snapshotWritten';
      readonly task: string;
      readonly inputOffset: number;
      readonly stateBytes: number;
      readonly milliseconds: number;
    }
  /** Others have told a minute that these tasks, of the service before, have not told for long; nothing is guessed. */
  | {
      readonly case: 'waiting';
      readonly task: string;
      readonly minute: EventMinute;
      readonly waitsFor: readonly string[];
    }
  /** They have told it. */
  | { readonly case: 'waitOver'; readonly task: string }
  /** The partition went to another member. */
  | { readonly case: 'lost'; readonly task: string };

export interface ServiceOptions {
  /** Without it no snapshot is written or read: a task that starts again replays from the start. */
  readonly snapshots?: SnapshotPolicy;
  readonly onEvent?: (event: ServiceEvent) => void;
}

/** At most so many bytes of input are read at a time. */
const batchBytes = 256 * 1024;
/** Batches whose outputs are on their way; reading waits beyond. */
const batchesInFlight = 32;

const waitLookEveryMs = 1_000;

interface RunningTask<Input, Output> {
  readonly task: Task<Input, Output>;
  readonly store: SnapshotStore | undefined;
  /** Where the last snapshot was taken, and what was read since. */
  snapshotMinute: number;
  bytesSince: number;
  snapshotOffset: number;
  /** The next offset of the input whose outputs are not yet kept. */
  acknowledged: number;
}

/** Runs one task for each partition of the input that the group gives to this member. */
export class Service<Input, Output> {
  readonly #definition: TaskDefinition<Input, Output>;
  readonly #options: ServiceOptions;
  readonly #transport: Transport;
  readonly #writer = randomUUID();
  readonly #tasks = new Map<number, RunningTask<Input, Output>>();
  readonly #finished = Promise.withResolvers<void>();
  #consumer: Consumer | undefined;
  #producer: Producer | undefined;
  /** Everything that follows the sends so far: acknowledgements and snapshots, in order. */
  #following: Promise<void> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #progress = Promise.withResolvers<void>();
  #isStopping = false;
  /** Ends the read that is under way. */
  #interrupt: (() => void) | undefined;

  constructor(definition: TaskDefinition<Input, Output>, options: ServiceOptions, transport: Transport) {
    this.#definition = definition;
    this.#options = options;
    this.#transport = transport;
  }

  /** Resolves after stop; rejects when the service cannot go on. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  async start(): Promise<void> {
    const { service, input } = this.#definition;
    this.#producer = await this.#transport.openProducer();
    this.#consumer = await this.#transport.openConsumer({
      group: service,
      topics: [input.topic],
      batchBytes,
    });
    const { onEvent } = this.#options;
    if (onEvent !== undefined) {
      const waits = new WaitWatch(onEvent);
      const look = () =>
        waits.look(
          [...this.#tasks.values()].map(({ task }) => task),
          performance.now(),
        );
      this.#looking = setInterval(look, waitLookEveryMs).unref();
    }
    this.#run(this.#consumer).then(this.#finished.resolve, (error: unknown) => this.#fail(error));
  }

  /** Stops reading, waits for what is on its way, and writes a last snapshot of each task: the next start is quick. */
  async stop(): Promise<void> {
    // It never came to read.
    if (this.#consumer === undefined) return;
    this.#isStopping = true;
    this.#interrupt?.();
    await this.finished;
  }

  /** Waits until the outputs of all that is now in the input are kept. This member must own all partitions. */
  async caughtUp(partitions: number): Promise<void> {
    for (let partition = 0; partition < partitions; partition++) {
      const { high } = await this.#transport.offsets(this.#definition.input.topic, partition);
      while ((this.#tasks.get(partition)?.acknowledged ?? -1) < high) await this.#progress.promise;
    }
  }

  async #run(consumer: Consumer): Promise<void> {
    for (;;) {
      const delivery = await this.#next(consumer);
      if (delivery === undefined) break;
      if (delivery.case === 'assigned') await this.#assigned(consumer, delivery.partition);
      else if (delivery.case === 'revoked') this.#revoked(delivery.partition);
      else await this.#process(delivery.batch);
    }
    clearInterval(this.#looking);
    await this.#following;
    // Before the others get the partitions, so that they go on from there.
    if (this.#isStopping) for (const running of this.#tasks.values()) await this.#writeLast(running);
    await consumer.close();
    await this.#producer!.close();
  }

  /** Undefined where nothing more is to be read. */
  #next(consumer: Consumer): Promise<Delivery | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isStopping) return resolve(undefined);
      this.#interrupt = () => resolve(undefined);
      consumer.read().then(resolve, reject);
    });
  }

  /** A snapshot of all that was done, if something was done since the last one. */
  async #writeLast(running: RunningTask<Input, Output>): Promise<void> {
    const { task, store, snapshotOffset, acknowledged } = running;
    if (store === undefined || task.nextOffset === snapshotOffset || acknowledged !== task.nextOffset) return;
    await this.#writeSnapshot(running, { state: task.save(), inputOffset: task.nextOffset });
  }

  async #assigned(consumer: Consumer, partition: number): Promise<void> {
    const { input } = this.#definition;
    const task = new Task(this.#definition, partition);
    const store = this.#options.snapshots && this.#snapshotStore(task, partition);
    this.#options.onEvent?.({ case: 'restoring', task: task.name });
    const snapshot = await store?.restore();
    if (snapshot !== undefined) {
      task.load(snapshot.state, snapshot.inputOffset);
      await this.#checkLog(task, partition);
    }
    await consumer.seek(input.topic, partition, task.nextOffset);
    this.#tasks.set(partition, {
      task,
      store,
      snapshotMinute: task.eventMinute,
      bytesSince: 0,
      snapshotOffset: snapshot?.inputOffset ?? 0,
      acknowledged: task.nextOffset,
    });
    const { name, nextOffset, eventMinute } = task;
    const writesSnapshots = store !== undefined;
    this.#options.onEvent?.({
      case: 'restored',
      task: name,
      inputOffset: nextOffset,
      eventMinute,
      writesSnapshots,
    });
    this.#advanced();
  }

  #revoked(partition: number): void {
    const running = this.#tasks.get(partition);
    this.#tasks.delete(partition);
    if (running !== undefined) this.#options.onEvent?.({ case: 'lost', task: running.task.name });
  }

  /** A topic that was made anew may have grown past the snapshot's position: then the record before it is another. */
  async #checkLog(
    { name, nextOffset, lastRecordMark }: Task<Input, Output>,
    partition: number,
  ): Promise<void> {
    const { topic } = this.#definition.input;
    const { low, high } = await this.#transport.offsets(topic, partition);
    if (nextOffset - 1 < low || nextOffset > high) return;
    for await (const record of this.#transport.scan(topic, partition, nextOffset - 1, nextOffset)) {
      if (markOf(record) === lastRecordMark) continue;
      throw new RangeError(
        `${name}: ${topic}/${partition} is not the log that its snapshot was made of: offset ${record.offset} holds another record. The topic was made anew: start over under another prefix, or delete all topics of this one, those of the snapshots too.`,
      );
    }
  }

  #snapshotStore(task: Task<Input, Output>, partition: number): SnapshotStore {
    const options = {
      topic: snapshotTopic(this.#definition.service),
      partition,
      task: task.name,
      writer: this.#writer,
      stateVersion: stateVersionOf(this.#definition),
      onEvent: this.#restoreListener(task.name),
    };
    return new SnapshotStore(options, this.#transport, this.#producer!);
  }

  #restoreListener(task: string): (event: RestoreEvent) => void {
    let startMs = 0;
    return (event) => {
      if (event.case === 'passedOver') {
        const { inputOffset, reason } = event;
        this.#options.onEvent?.({ case: 'snapshotPassedOver', task, inputOffset, reason });
        return;
      }
      const { readBytes, stateBytes } = event;
      if (readBytes === 0) startMs = performance.now();
      const milliseconds = performance.now() - startMs;
      this.#options.onEvent?.({ case: 'restoreProgress', task, readBytes, stateBytes, milliseconds });
    };
  }

  async #process(batch: Batch): Promise<void> {
    const running = this.#tasks.get(batch.partition);
    if (running === undefined) return;
    let sent: Promise<void> | undefined;
    for (const piece of running.task.processInPieces(batch.records)) {
      if (piece.length === 0) continue;
      // Of very much that follows from one batch, no more is kept than two pieces.
      if (sent !== undefined) await sent;
      sent = this.#producer!.send(piece);
      // Handled below, in order; until then a rejection is not unheard.
      sent.catch(() => undefined);
    }
    const snapshot = this.#dueSnapshot(running, batch);
    this.#inFlight++;
    this.#following = this.#following.then(() => this.#follow(running, batch, sent, snapshot));
    this.#following.catch((error: unknown) => this.#fail(error));
    while (this.#inFlight >= batchesInFlight) await this.#progress.promise;
  }

  /** When the outputs are kept: acknowledges the input, and then writes the snapshot if one was due. */
  async #follow(
    running: RunningTask<Input, Output>,
    batch: Batch,
    sent: Promise<void> | undefined,
    snapshot: Snapshot | undefined,
  ): Promise<void> {
    await sent;
    this.#inFlight--;
    this.#advanced();
    // Where the partition went to another member, that one repeats this work.
    if (!(await batch.ack())) return;
    const inputOffset = batch.records.at(-1)!.offset + 1;
    running.acknowledged = inputOffset;
    const { name: task, eventMinute, duplicates } = running.task;
    debug('%s: done before offset %d', task, inputOffset);
    this.#options.onEvent?.({ case: 'processed', task, inputOffset, eventMinute, duplicates });
    this.#advanced();
    if (snapshot !== undefined) await this.#writeSnapshot(running, snapshot);
  }

  async #writeSnapshot({ task, store }: RunningTask<Input, Output>, snapshot: Snapshot): Promise<void> {
    const startMs = performance.now();
    await store!.write(snapshot.state, snapshot.inputOffset);
    this.#options.onEvent?.({
      case: 'snapshotWritten',
      task: task.name,
      inputOffset: snapshot.inputOffset,
      stateBytes: snapshot.state.length,
      milliseconds: performance.now() - startMs,
    });
  }

  /** Takes the state now, between two batches; it is written when the outputs so far are kept. */
  #dueSnapshot(running: RunningTask<Input, Output>, batch: Batch): Snapshot | undefined {
    const { snapshots } = this.#options;
    if (snapshots === undefined) return undefined;
    for (const record of batch.records) running.bytesSince += record.value?.length ?? 0;
    const { task } = running;
    running.snapshotMinute ||= task.eventMinute;
    const minutes = task.eventMinute - running.snapshotMinute;
    if (minutes < snapshots.everyEventMinutes && running.bytesSince < snapshots.everyInputBytes)
      return undefined;
    running.snapshotMinute = task.eventMinute;
    running.bytesSince = 0;
    running.snapshotOffset = task.nextOffset;
    return { state: task.save(), inputOffset: task.nextOffset };
  }

  #fail(error: unknown): void {
    clearInterval(this.#looking);
    this.#finished.reject(error);
    this.#progress.promise.catch(() => undefined);
    this.#progress.reject(error);
    void this.#consumer?.close();
  }

  #advanced(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }
}
