import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Whichever Prometheus is chosen on top of the dashboard. */
const source = { type: 'prometheus', uid: '$datasource' };
const columns = 24;

/** Expressions by the text of their legend, which may name labels: "{{task}}". */
export type Queries = Readonly<Record<string, string>>;

export interface PanelSpec {
  readonly kind: 'lines' | 'stacked' | 'figure' | 'heat' | 'states' | 'raster' | 'verdict' | 'table';
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly width: number;
  readonly queries: Queries;
  /** Its series name incidents: a click leads to one. */
  readonly withExemplars?: boolean;
}

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Label and metric of the variable `asn`, if it has one. */
  readonly asnOf?: string;
  /** Incidents over everything, by this expression. */
  readonly annotations: string;
  readonly rows: Readonly<Record<string, readonly PanelSpec[]>>;
}

const builders = {
  lines: () => new timeseries.PanelBuilder().fillOpacity(8).showPoints(common.VisibilityMode.Never),
  stacked: () =>
    new timeseries.PanelBuilder()
      .fillOpacity(50)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
      .showPoints(common.VisibilityMode.Never),
  figure: () => new stat.PanelBuilder().graphMode(common.BigValueGraphMode.Area),
  heat: () => new heatmap.PanelBuilder(),
  // Of shares that are gone: nothing, a part, everything.
  raster: () => coloured('visible', 'gone', [{ value: 0.000_001, color: 'orange' }]),
  // 1 where probes say that an AS is down.
  verdict: () => coloured('up', 'down', []),
  states: () => new statetimeline.PanelBuilder().mergeValues(true),
  table: () => new table.PanelBuilder(),
} as const;

/** A timeline of what is `good` at 0, green, and `bad` at 1, red. */
const coloured = (good: string, bad: string, between: readonly { value: number; color: string }[]) =>
  new statetimeline.PanelBuilder()
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.9)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([{ value: null, color: 'green' }, ...between, { value: 1, color: 'dark-red' }]),
    )
    .mappings([{ type: MappingType.ValueToText, options: { '0': { text: good }, '1': { text: bad } } }]);

export function buildDashboard({
  uid,
  title,
  description,
  asnOf,
  annotations,
  rows,
}: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['steadybeat', 'bgp'])
    .refresh('30s')
    .time({ from: 'now-24h', to: 'now' })
    .timezone('utc')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(variable('job', 'label_values(steadybeat_build_info, job)'))
    .annotation(
      new AnnotationQueryBuilder()
        .name('Incidents')
        .datasource(source)
        .enable(true)
        .iconColor('red')
        .expr(annotations),
    )
    .link(
      new DashboardLinkBuilder('Steadybeat')
        .type(DashboardLinkType.Dashboards)
        .tags(['steadybeat'])
        .includeVars(true)
        .keepTime(true),
    );
  if (asnOf !== undefined) builder.withVariable(variable('asn', asnOf));
  let id = 0;
  let y = 0;
  for (const [row, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(row).id(++id).gridPos({ x: 0, y: y++, w: columns, h: 1 }));
    let x = 0;
    let height = 0;
    for (const panel of panels) {
      if (x + panel.width > columns) {
        x = 0;
        y += height;
        height = 0;
      }
      builder.withPanel(buildPanel(panel, ++id, x, y));
      x += panel.width;
      height = Math.max(height, heightOf(panel));
    }
    y += height;
  }
  return builder.build();
}

const heightOf = ({ kind }: PanelSpec): number => (kind === 'figure' ? 4 : 8);

function variable(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(source)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+');
}

function buildPanel(spec: PanelSpec, id: number, x: number, y: number) {
  const builder = builders[spec.kind]()
    .id(id)
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .datasource(source)
    .gridPos({ x, y, w: spec.width, h: heightOf(spec) });
  for (const [i, [legend, expr]] of Object.entries(spec.queries).entries()) {
    const query = new DataqueryBuilder()
      .datasource(source)
      .refId(String.fromCharCode(65 + i))
      .expr(expr)
      .legendFormat(legend);
    if (spec.kind === 'heat') query.format(PromQueryFormat.Heatmap);
    if (spec.kind === 'table') query.instant().format(PromQueryFormat.Table);
    if (spec.withExemplars) query.exemplar(true);
    builder.withTarget(query);
  }
  return builder;
}
