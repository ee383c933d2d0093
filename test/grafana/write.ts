/** `node test/grafana/write.ts`: writes deploy/grafana/dashboards. They are changed here, never by an export of Grafana. */
import { writeFileSync } from 'node:fs';
import { dashboards } from './dashboards.ts';
import { dashboardText, fileOf } from './files.ts';

for (const [name, spec] of Object.entries(dashboards)) writeFileSync(fileOf(name), dashboardText(spec));
