/** Prometheus' and Alertmanager's own programs; other versions by PROMTOOL_BIN and so on. */
import { spawnSync } from 'node:child_process';

export const promtool = process.env.PROMTOOL_BIN ?? 'promtool';
export const prometheus = process.env.PROMETHEUS_BIN ?? 'prometheus';
export const alertmanager = process.env.ALERTMANAGER_BIN ?? 'prometheus-alertmanager';
export const amtool = process.env.AMTOOL_BIN ?? 'amtool';

/** Why a test that needs them cannot run, or false. */
export const noPrometheus = lacking(promtool, prometheus);
export const noAlertmanager = lacking(amtool, alertmanager);

function lacking(...programs: string[]): string | false {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length === 0) return false;
  return `${missing.join(' and ')} not found (on Debian: apt-get install --no-install-recommends prometheus prometheus-alertmanager)`;
}

export interface ToolResult {
  readonly status: number | null;
  readonly output: string;
}

export function run(program: string, args: readonly string[], input = ''): ToolResult {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}
