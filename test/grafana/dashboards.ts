import type { DashboardSpec, PanelSpec } from './panels.ts';

const panel =
  (kind: PanelSpec['kind'], width: number) =>
  (title: string, description: string, unit: string, queries: PanelSpec['queries']): PanelSpec => ({
    ...{ kind, width, title, description, unit, queries },
  });
const lines = panel('lines', 12);
const stacked = panel('stacked', 12);
const wide = panel('stacked', 24);
const heat = panel('heat', 12);
const states = panel('states', 24);
const raster = panel('raster', 24);
const verdict = panel('verdict', 24);
const table = panel('table', 24);
const ranking = panel('table', 12);
const figure = panel('figure', 6);

/**
 * What a series was at the most, or the least, since the sample before: at nine days one is drawn in ten minutes, and a flap lasts three. Zoomed in
 * so far that a step holds no sample, it is the series as it is.
 */
const over = (extreme: 'max' | 'min', series: string) =>
  `(${extreme}_over_time(${series}[$__interval]) or ${series})`;
const most = (series: string) => over('max', series);
const least = (series: string) => over('min', series);

/** At its worst moment: what is then lost and what is then visible are all prefixes, as they are at any other moment. */
const lost = `max by (asn, family, state) ${most('steadybeat_watch_prefixes{asn=~"$asn",state="lost",job=~"$job"}')}`;
const visible = `max by (asn, family, state) ${least('steadybeat_watch_prefixes{asn=~"$asn",state="visible",job=~"$job"}')}`;

const starts = 'steadybeat:incident_start:timestamp_seconds';
/** Open incidents of ASes, also while they are muted, each once however many exporters tell it. */
const openBy = (label: string) =>
  `count by (${label}) (max by (incident, ${label}) (steadybeat_incident_start_timestamp_seconds{job=~"$job",subject=~"as:.+"}))`;
const openByCountry = `label_replace(${openBy('country')}, "country", "unknown", "country", "")`;

const world: DashboardSpec = {
  uid: 'steadybeat-world',
  title: 'Steadybeat: world',
  description: 'What is open now, how unstable the table is, and whether enough is heard to say so.',
  annotations: 'ALERTS{scope="incident",severity=~"critical|warning",alertstate="firing",job=~"$job"}',
  rows: {
    Now: [
      figure('Open incidents', 'All that are open, also those without series of their own.', 'short', {
        open: 'sum(max without (instance) (steadybeat_incidents_open{job=~"$job"}))',
      }),
      figure('Critical', 'Only these are meant to wake somebody.', 'short', {
        critical: 'sum(max without (instance) (steadybeat_incidents_open{job=~"$job",severity="critical"}))',
      }),
      figure('Unstable origin ASes', 'With a score of at least 0.25 in the last minute told.', 'short', {
        unstable: 'max(steadybeat_origins_unstable{job=~"$job"})',
      }),
      figure('Behind', 'Between now and the last minute told. Incidents alert only below 15 minutes.', 's', {
        behind: 'time() - max(steadybeat_watermark_timestamp_seconds{job=~"$job",task="metrics-exporter/0"})',
      }),
      table('Open incidents, the newest first', 'Value: when it began.', 'dateTimeAsIso', {
        start: `sort_desc(topk(50, 1000 * ${starts}{job=~"$job"}))`,
      }),
      ranking(
        'Open incidents by country',
        'Of the origin AS, by the names file of the exporter; those with series of their own.',
        'short',
        { '{{country}}': `sort_desc(topk(20, ${openByCountry}))` },
      ),
      ranking('Open incidents by AS', 'Those with series of their own.', 'short', {
        'AS{{asn}}': `sort_desc(topk(20, ${openBy('asn')}))`,
      }),
    ],
    'Over time': [
      stacked('Open incidents by kind', 'Of all severities.', 'short', {
        '{{kind}}': 'sum by (kind) (max without (instance) (steadybeat_incidents_open{job=~"$job"}))',
      }),
      stacked(
        'Open incidents of ASes by country',
        'The ten with the most; those with series of their own.',
        'short',
        { '{{country}}': `topk(10, ${openByCountry})` },
      ),
      lines('Origin ASes', 'Active: something happened to them in the minute.', 'short', {
        active: `max${most('steadybeat_origins_active{job=~"$job"}')}`,
        unstable: `max${most('steadybeat_origins_unstable{job=~"$job"}')}`,
      }),
      heat('Scores', 'One for each AS and minute in which something happened to it.', 'short', {
        '{{le}}': 'sum by (le) (rate(steadybeat_as_score_bucket{job=~"$job"}[$__rate_interval]))',
      }),
      heat('Surprise', '-log10 p of the last six hours, for the same.', 'short', {
        '{{le}}': 'sum by (le) (rate(steadybeat_as_surprise_bucket{job=~"$job"}[$__rate_interval]))',
      }),
      {
        ...heat(
          'Detection delay',
          'From the start of an incident until it was told; points lead to it.',
          's',
          {
            '{{le}}':
              'sum by (le) (rate(steadybeat_detection_delay_seconds_bucket{job=~"$job"}[$__rate_interval]))',
          },
        ),
        withExemplars: true,
      },
    ],
    'What is heard': [
      lines('Peers by state', 'Those that are silent or down do not vote.', 'short', {
        '{{state}}': 'sum by (state) (steadybeat_peers{job=~"$job"})',
      }),
      lines('Age of the last record by source', 'Ten minutes are an alert.', 's', {
        '{{source}}':
          'topk(50, time() - max by (source) (steadybeat_feed_last_record_timestamp_seconds{job=~"$job"}))',
      }),
    ],
  },
};

const origin: DashboardSpec = {
  uid: 'steadybeat-origin',
  title: 'Steadybeat: origin AS',
  description:
    'One AS of the watch list: its score, its surprise, what of it is visible, what updates and probes say of it, and its incidents.',
  asnOf: 'label_values(steadybeat_watch_score, asn)',
  annotations: 'ALERTS{scope="incident",alertstate="firing",asn=~"$asn",job=~"$job"}',
  rows: {
    'The beat': [
      raster(
        'Beat raster',
        'Each AS and family over time: green while all of its prefixes are visible or covered, orange while a part is gone, red while all are; seen from afar, the worst of each step. Each prefix by itself is on the page of Steadybeat: a series for every one would be too many.',
        'percentunit',
        {
          'AS{{asn}} {{family}}': `sum by (asn, family) (${lost}) / (sum by (asn, family) (${lost} or ${visible}) > 0)`,
        },
      ),
      lines('Score', 'How much of recent time was abnormal; 0.5 opens a watch.', 'short', {
        'AS{{asn}}': `max by (asn) ${most('steadybeat_watch_score{asn=~"$asn",job=~"$job"}')}`,
      }),
      lines('Surprise', '-log10 p of the occupied quarter-hours of six hours; 7 opens a watch.', 'short', {
        'AS{{asn}}': `max by (asn) ${most('steadybeat_watch_surprise{asn=~"$asn",job=~"$job"}')}`,
      }),
      lines('Prefix events a minute', 'Withdrawn everywhere, back, other paths, other origins.', 'short', {
        'AS{{asn}}':
          'max by (asn) (60 * rate(steadybeat_watch_prefix_events_total{asn=~"$asn",job=~"$job"}[$__rate_interval]))',
      }),
      stacked(
        'Prefixes',
        'Visible or covered by a visible one, and lost; seen from afar, when the most were lost.',
        'short',
        {
          'AS{{asn}} {{family}} {{state}}': `${lost} or ${visible}`,
        },
      ),
    ],
    'Updates and probes': [
      wide(
        'Updates a minute by class',
        'Of the chosen ASes at all peers, by what they did to the table of the peer (Labovitz et al. 1997): AADiff, AADup, WADiff, WADup, WWDup, and those that are new or withdraw. An announcement is of the origin of its path, a withdrawal of the origin of the route that goes, or else of whom the prefix last was.',
        'short',
        {
          '{{class}}':
            'sum by (class) (60 * rate(steadybeat_watch_updates_total{asn=~"$asn",job=~"$job"}[$__rate_interval]))',
        },
      ),
      verdict(
        'What probes say',
        'Green: up; red: down; nothing where an AS is not probed, or not enough to say.',
        'short',
        { 'AS{{asn}}': `max by (asn) ${most('steadybeat_watch_probe_down{asn=~"$asn",job=~"$job"}')}` },
      ),
      lines('Targets that reply', 'Of those probed in the last 10 minutes.', 'percentunit', {
        'AS{{asn}}':
          'max by (asn) (steadybeat_watch_probe_targets{asn=~"$asn",answer="reply",job=~"$job"}) / (sum by (asn) (max by (asn, answer) (steadybeat_watch_probe_targets{asn=~"$asn",job=~"$job"})) > 0)',
      }),
      lines('P(down) by probes', 'By all probes so far, in a two-state Bayes filter.', 'percentunit', {
        'AS{{asn}}': `max by (asn) ${most('steadybeat_watch_probe_down_probability{asn=~"$asn",job=~"$job"}')}`,
      }),
    ],
    Incidents: [
      states('Open incidents by kind', 'A bar for each kind while an incident of it is open.', 'short', {
        'AS{{asn}} {{kind}}': `count by (asn, kind) (${starts}{asn=~"$asn",job=~"$job"})`,
      }),
      lines('Prefixes concerned', 'By open incident.', 'short', {
        '{{incident}}': `topk(20, max by (incident) ${most('steadybeat_incident_prefixes{asn=~"$asn",job=~"$job"}')})`,
      }),
    ],
  },
};

const pipeline: DashboardSpec = {
  uid: 'steadybeat-pipeline',
  title: 'Steadybeat: pipeline',
  description: 'Whether the services keep up, what they could not use, and what they keep.',
  annotations: 'ALERTS{scope="pipeline",alertstate="firing",job=~"$job"}',
  rows: {
    'Keeping up': [
      lines('Event time behind now, by task', 'From the youngest minute that a task has taken in.', 's', {
        '{{task}}': 'time() - max by (task) (steadybeat_watermark_timestamp_seconds{job=~"$job"})',
      }),
      lines('Records waiting', 'By partition.', 'short', {
        '{{topic}}/{{partition}}': `topk(50, max by (topic, partition) ${most('steadybeat_consumer_lag_records{job=~"$job"}')})`,
      }),
      lines('Read', 'Bytes a second by topic.', 'Bps', {
        '{{topic}}': 'sum by (topic) (rate(steadybeat_consumed_bytes_total{job=~"$job"}[$__rate_interval]))',
      }),
      lines('Written', 'Bytes a second by topic.', 'Bps', {
        '{{topic}}': 'sum by (topic) (rate(steadybeat_produced_bytes_total{job=~"$job"}[$__rate_interval]))',
      }),
    ],
    'What updates did': [
      stacked('Routes a second by class', 'aa_dup and ww_dup changed nothing.', 'short', {
        '{{class}}': 'sum by (class) (rate(steadybeat_route_events_total{job=~"$job"}[$__rate_interval]))',
      }),
      lines('Late, duplicate and unusable, a second', 'Counted, never silently dropped.', 'short', {
        late: 'sum(rate(steadybeat_route_events_late_total{job=~"$job"}[$__rate_interval]))',
        duplicate: 'sum(rate(steadybeat_records_duplicate_total{job=~"$job"}[$__rate_interval]))',
        'dead letters':
          'sum(rate(steadybeat_records_produced_total{job=~"$job",topic="dead.letters"}[$__rate_interval]))',
      }),
    ],
    Processes: [
      lines('Age of the last snapshot', 'By task.', 's', {
        '{{task}}': 'time() - max by (task) (steadybeat_snapshot_timestamp_seconds{job=~"$job"})',
      }),
      lines('State in the last snapshot', 'By task.', 'bytes', {
        '{{task}}': 'max by (task) (steadybeat_snapshot_bytes{job=~"$job"})',
      }),
      lines('Delay of the event loop', 'The 99th percentile, by instance.', 's', {
        '{{instance}}': `max by (instance) ${most('nodejs_eventloop_lag_p99_seconds{job=~"$job"}')}`,
      }),
      lines('Memory', 'Resident, by instance.', 'bytes', {
        '{{instance}}': 'max by (instance) (process_resident_memory_bytes{job=~"$job"})',
      }),
      states('Ready', '1 where a process does its work now.', 'short', {
        '{{process}} {{instance}}': `max by (process, instance) ${least('steadybeat_ready{job=~"$job"}')}`,
      }),
    ],
  },
};

export const dashboards: Readonly<Record<string, DashboardSpec>> = { world, origin, pipeline };
