import type { MetricName, SeriesRegistry, Tell } from '#runtime/metrics/metrics.ts';
import type { FeedName } from './feed-watch.ts';
import type { LiveHealth } from './live.ts';

/** What a feeder tells of its live feeds, as they are when somebody asks. */
export function feedMetrics(metrics: SeriesRegistry, health: () => LiveHealth): void {
  /** One family with a series for each feed that is heard. */
  const each = (
    kind: 'gauge' | 'counter',
    metric: MetricName,
    read: (health: LiveHealth) => Readonly<Partial<Record<FeedName, number | undefined>>>,
  ) =>
    metrics[kind]({ ...metric, labels: ['feed'] }, (tell) => {
      for (const [feed, value] of Object.entries(read(health()))) if (value !== undefined) tell(value, feed);
    });
  each(
    'gauge',
    {
      name: 'steadybeat_feed_connections',
      help: 'Connections of a live feed: 1 or 0 to a server or brokers, or those of all routers',
    },
    ({ risLive, bmp, kafka }) => ({
      'ris-live': risLive && Number(risLive.isConnected),
      bmp: bmp?.connections,
      kafka: kafka && Number(kafka.isConnected),
    }),
  );
  each(
    'gauge',
    {
      name: 'steadybeat_feed_heard_timestamp_seconds',
      help: 'When a live feed last brought a message, or else began; of routers nothing before the first one came',
    },
    ({ heardAt }) =>
      Object.fromEntries([...heardAt].map(([feed, milliseconds]) => [feed, milliseconds / 1000])),
  );
  each(
    'counter',
    { name: 'steadybeat_feed_messages_total', help: 'Messages of a live feed' },
    ({ risLive, bmp, kafka }) => ({
      'ris-live': risLive?.messages,
      bmp: bmp?.messages,
      kafka: kafka?.records,
    }),
  );
  each(
    'counter',
    {
      name: 'steadybeat_feed_pauses_total',
      help: 'How often a live feed was not read for a while, since the log took no more',
    },
    ({ risLive, bmp, kafka }) => ({ 'ris-live': risLive?.pauses, bmp: bmp?.pauses, kafka: kafka?.pauses }),
  );
  each(
    'counter',
    {
      name: 'steadybeat_feed_replaced_times_total',
      help: 'Messages of a live feed whose own time was not believed: that of their coming was taken',
    },
    ({ risLive, bmp, kafka }) => ({
      'ris-live': risLive?.replacedTimes,
      bmp: bmp?.replacedTimes,
      kafka: kafka?.replacedTimes,
    }),
  );
  each(
    'counter',
    {
      name: 'steadybeat_feed_unheard_seconds_total',
      help: 'How long a live feed that repeats nothing was cut until it was heard again: what it said meanwhile is missing',
    },
    ({ risLive }) => ({ 'ris-live': risLive && risLive.unheardMilliseconds / 1000 }),
  );
  each(
    'counter',
    {
      name: 'steadybeat_feed_left_out_records_total',
      help: 'Records that came while nothing was read, and were too old when it was again, or there no more',
    },
    ({ kafka }) => ({ kafka: kafka?.leftOut }),
  );
  connectionMetrics(metrics, health);
  recordMetrics(metrics, health);
}

/** Routers come by themselves, and not all of them are any. */
function connectionMetrics(metrics: SeriesRegistry, health: () => LiveHealth): void {
  metrics.counter(
    {
      name: 'steadybeat_feed_turned_away_total',
      help: 'Connections that found no place, by why: noPlaceLeft or tooManyOfAddress',
      labels: ['feed', 'reason'],
    },
    (tell) => tellCounts(health().bmp?.turnedAway, (value, reason) => tell(value, 'bmp', reason!)),
  );
  metrics.counter(
    {
      name: 'steadybeat_feed_cut_off_total',
      help: 'Connections that did not end in order, by what was wrong with them',
      labels: ['feed', 'reason'],
    },
    (tell) => tellCounts(health().bmp?.cutOff, (value, reason) => tell(value, 'bmp', reason!)),
  );
}

function recordMetrics(metrics: SeriesRegistry, health: () => LiveHealth): void {
  metrics.counter(
    {
      name: 'steadybeat_feed_refused_total',
      help: 'Messages and records of live feeds that were not used, by reason; some are kept as dead letters',
      labels: ['reason'],
    },
    (tell) => tellCounts(health().refused, tell),
  );
  metrics.counter(
    {
      name: 'steadybeat_feed_late_records_total',
      help: 'Records of live feeds that came after their minute was closed',
    },
    (tell) => tell(health().late),
  );
  metrics.gauge(
    {
      name: 'steadybeat_feed_delay_seconds',
      help: 'How old the newest record was when it came, of the collector or router that is the furthest behind',
    },
    (tell) => {
      const { delaySeconds } = health();
      if (delaySeconds !== undefined) tell(delaySeconds);
    },
  );
}

function tellCounts(counts: ReadonlyMap<string, number> | undefined, tell: Tell): void {
  for (const [reason, count] of counts ?? []) tell(count, reason);
}
