import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import type { SeriesRegistry } from '#runtime/metrics/metrics.ts';
import type { FeedTransport } from '../../feeder/feed.ts';
import type { BmpTls } from '../../feeder/live/bmp-listener.ts';
import { CheckpointFile, noCheckpoint } from '../../feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../feeder/live/live-feed.ts';
import { risLiveDefaults } from '../../feeder/live/ris-live-options.ts';
import { number } from '../report/progress.ts';
import { countsText, firstRefusals } from '../report/refusal-report.ts';
import { feedMetrics } from './feed-metrics.ts';
import { LiveFeeds, type LiveFeedsOptions } from './live-feeds.ts';

/** True where the settings name a live feed. */
export const hasLiveFeeds = ({ feedRisLive, feedBmp, feedKafkaBrokers }: Configuration): boolean =>
  feedRisLive !== 'off' || feedBmp !== undefined || feedKafkaBrokers !== undefined;

/** Live feeds into bgp.updates, until it is stopped. */
export class FeedingLive {
  readonly #configuration: Configuration;
  readonly #say: (line: string) => void;
  readonly #live: LiveFeed;
  readonly #feeds: LiveFeeds;

  constructor(
    configuration: Configuration,
    say: (line: string) => void,
    metrics: SeriesRegistry,
    transport: FeedTransport,
  ) {
    const { updatePartitions: partitions, feedFolder } = configuration;
    this.#configuration = configuration;
    this.#say = say;
    if (feedFolder !== undefined) mkdirSync(feedFolder, { recursive: true });
    const checkpoint =
      feedFolder === undefined ? noCheckpoint : new CheckpointFile(join(feedFolder, 'live-position.json'));
    const onRefused = firstRefusals(say);
    this.#live = new LiveFeed({ partitions, checkpoint, now: Date.now, onRefused }, transport);
    this.#feeds = new LiveFeeds(this.#feedsOptions(), this.#live);
    feedMetrics(metrics, () => ({ ...this.#live.totals(), ...this.#feeds.health() }));
  }

  /** Rejects when the log takes nothing any more. */
  get finished(): Promise<void> {
    return this.#live.failed;
  }

  async start(): Promise<void> {
    await this.#live.start();
    await this.#feeds.start();
  }

  /** What was heard is written, and that its sources are not heard any more. */
  async stop(): Promise<void> {
    await this.#feeds.stop();
    await this.#live.stop();
    const { records, late, refused } = this.#live.totals();
    const refusedText = refused.size === 0 ? '' : `; refused: ${countsText(refused)}`;
    this.#say(`fed ${number(records)} records, ${number(late)} late${refusedText}`);
  }

  #feedsOptions(): LiveFeedsOptions {
    const { feedRisLive, feedBmp, feedKafkaBrokers, feedKafkaTopics, feedFolder } = this.#configuration;
    const urls: Record<string, string | undefined> = { on: risLiveDefaults.url, off: undefined };
    return {
      risLiveUrl: feedRisLive in urls ? urls[feedRisLive] : feedRisLive,
      bmp: feedBmp && { ...feedBmp, tls: this.#bmpTls() },
      kafka: feedKafkaBrokers && {
        kafka: this.#foreignKafka(feedKafkaBrokers),
        topics: new RegExp(feedKafkaTopics),
        positionsFile: feedFolder && join(feedFolder, 'kafka-positions.json'),
      },
      onEvent: this.#say,
    };
  }

  #bmpTls(): BmpTls | undefined {
    const {
      feedBmpCertificateFile: certificate,
      feedBmpKeyFile: key,
      feedBmpCaFile: ca,
    } = this.#configuration;
    return certificate === undefined || key === undefined ? undefined : { certificate, key, ca };
  }

  /** Topics of others on this project's own brokers are read as its own are; other brokers know neither its user nor its CA. */
  #foreignKafka(brokers: readonly string[]) {
    const own = kafkaOptionsOf(this.#configuration, 'steadybeat-feeder', () => undefined);
    const isOwn = brokers.every((broker) => own.brokers.includes(broker));
    return isOwn ? own : { brokers, clientId: 'steadybeat-feeder' };
  }
}
