import { buildDashboard, type DashboardSpec } from './panels.ts';

export const folder = 'deploy/grafana/dashboards/steadybeat';
export const fileOf = (name: string): string => `${folder}/${name}.json`;
export const dashboardText = (spec: DashboardSpec): string =>
  `${JSON.stringify(buildDashboard(spec), undefined, 2)}\n`;
