/** The rules that are shipped, and the files in which promtool finds their tests. */
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const ruleFiles = globSync('deploy/prometheus/rules/*.yml');
export const testFiles = globSync('deploy/prometheus/tests/*.test.yml');
export const readYaml = (file: string): unknown => parse(readFileSync(file, 'utf8'));

export const rules = ruleFiles.flatMap((file) =>
  (readYaml(file) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);
export const alerts = rules.filter((rule) => rule.alert !== undefined);
