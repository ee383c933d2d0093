/**
 * `npm run grafana:check`: the panels and annotations of the dashboards in a Grafana that somebody runs, by GRAFANA_URL (and GRAFANA_TOKEN, or a user
 * in the address). Without it, nothing is checked, and it says so. No version of Grafana has been tried so far.
 */
import { checkGrafana } from './grafana-check.ts';

const { GRAFANA_URL: url, GRAFANA_TOKEN: token } = process.env;
if (url === undefined || url === '') {
  console.log(
    'SKIPPED: GRAFANA_URL is not set, so no dashboard was looked at in a Grafana. Set it to that of a Grafana of yours that has deploy/grafana provisioned.',
  );
} else if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
  console.error('GRAFANA_URL is no address like http://127.0.0.1:3000.');
  process.exitCode = 2;
} else {
  const { version, queries, withData, withoutData, problems } = await checkGrafana({ url, token });
  console.log(
    `Grafana ${version}: ${queries} queries of panels and annotations, ${withData} of them with data. Variables were not asked.`,
  );
  for (const expr of withoutData) console.log(`without data in the last six hours: ${expr}`);
  for (const problem of problems) console.error(`wrong: ${problem}`);
  if (queries > 0 && withData === 0) console.error('wrong: no query has data');
  process.exitCode = problems.length > 0 || withData === 0 ? 1 : 0;
}
