/**
 * A dashboard as JSON, by the types that Grafana publishes in its Foundation SDK: those of the classic dashboard, and in each panel those of its
 * kind and of Prometheus' queries. The JSON Schemas that are generated of the same source lie in no package registry.
 */
import type {
  Dashboard,
  FieldConfigSource,
  Panel,
  RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Enumerations as the values they stand for; what is no data is left out. */
type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [K in keyof T as K extends '_implementsDataqueryVariant' ? never : K]: Json<T[K]> }
      : T;

/** Grafana fills in what is not said. */
type Some<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Some<T[K]> }
    : T;

type PanelOf<Type extends string, Options, Custom> = Omit<
  Json<Panel>,
  'type' | 'options' | 'fieldConfig' | 'targets'
> & {
  readonly type: Type;
  readonly options?: Some<Json<Options>>;
  readonly fieldConfig?: Omit<Json<FieldConfigSource>, 'defaults'> & {
    readonly defaults: Omit<Json<FieldConfigSource>['defaults'], 'custom'> & {
      readonly custom?: Some<Json<Custom>>;
    };
  };
  readonly targets?: readonly Json<Dataquery>[];
};

type AnyPanel =
  | PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | PanelOf<'stat', stat.Options, never>
  | PanelOf<'state-timeline', statetimeline.Options, statetimeline.FieldConfig>
  | PanelOf<'heatmap', heatmap.Options, heatmap.FieldConfig>
  | PanelOf<'table', table.Options, table.FieldConfig>
  | Json<RowPanel>;

export type DashboardJson = Omit<Json<Dashboard>, 'panels'> & { readonly panels: readonly AnyPanel[] };
