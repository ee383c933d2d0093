/**
 * `npm run grafana:check`: the dashboards in a Grafana that somebody runs, by GRAFANA_URL (and GRAFANA_TOKEN, or a user in the address). Without it,
 * nothing is checked, and it says so. No version of Grafana has been tried so far.
 */
import { checkGrafana } from './grafana-check.ts';

const { GRAFANA_URL: url, GRAFANA_TOKEN: token } = process.env;
if (url === undefined || url === '') {
  console.log(
    'SKIPPED: GRAFANA_URL is not set, so no dashboard was looked at in a Grafana. Set it to that of a Grafana of yours that has deploy/grafana provisioned.',
  );
} else {
  const { version, queries, withoutData, problems } = await checkGrafana({ url, token });
  console.log(`Grafana ${version}: ${queries} queries, ${queries - withoutData.length} of them with data.`);
  for (const expr of withoutData) console.log(`without data in the last six hours: ${expr}`);
  for (const problem of problems) console.error(`wrong: ${problem}`);
  process.exitCode = problems.length > 0 || queries === 0 ? 1 : 0;
}
