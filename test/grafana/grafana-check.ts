/** Asks a Grafana that somebody runs for what the dashboards need. It changes nothing there. */
import { readFileSync } from 'node:fs';
import { dashboards } from './dashboards.ts';
import { fileOf } from './files.ts';

export interface GrafanaAddress {
  /** May name a user: "http://admin:secret@127.0.0.1:3000". */
  readonly url: string;
  /** Of a service account; used where it is given. */
  readonly token?: string | undefined;
}

export interface GrafanaCheck {
  readonly version: string;
  /** Of panels and annotations; those of variables are not asked. */
  readonly queries: number;
  readonly withData: number;
  /** Asked and answered, without any data in the last six hours: of these somebody has to judge. */
  readonly withoutData: readonly string[];
  readonly problems: readonly string[];
}

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly format?: string;
  readonly instant?: boolean;
}

interface PanelJson {
  readonly title?: string;
  readonly targets?: readonly Target[];
  /** Of a row that is folded. */
  readonly panels?: readonly PanelJson[];
}

interface DashboardJson {
  readonly panels: readonly PanelJson[];
  /** Those of Grafana itself have no expression. */
  readonly annotations?: { readonly list?: readonly { readonly expr?: string }[] };
}

interface QueryAnswer {
  readonly message?: string;
  readonly results?: Readonly<
    Record<
      string,
      {
        readonly error?: string;
        readonly frames?: readonly {
          readonly data?: { readonly values?: readonly (readonly unknown[])[] };
        }[];
      }
    >
  >;
}

const provisioned = { uid: 'steadybeat-prometheus', type: 'prometheus' };
const patienceMs = 30_000;

export async function checkGrafana(address: GrafanaAddress): Promise<GrafanaCheck> {
  const grafana = new Grafana(address);
  const problems: string[] = [];
  const withoutData: string[] = [];
  let queries = 0;
  let withData = 0;
  const health = await grafana
    .json<{ database?: string; version?: string }>('/api/health')
    .catch((error: Error) =>
      problems.push(`there is no Grafana: ${[error.message, error.cause].filter(Boolean).join(': ')}`),
    );
  if (typeof health === 'number') return { version: 'unknown', queries, withData, withoutData, problems };
  if (health.database !== 'ok') problems.push(`its database is ${health.database ?? 'not told of'}`);
  const source = await grafana
    .json<{ type?: string }>(`/api/datasources/uid/${provisioned.uid}`)
    .catch((error: Error) => problems.push(`data source ${provisioned.uid}: ${error.message}`));
  if (typeof source === 'object' && source.type !== provisioned.type)
    problems.push(`data source ${provisioned.uid} is a ${source.type}`);
  for (const [name, { uid }] of Object.entries(dashboards)) {
    const committed = targetsOf(JSON.parse(readFileSync(fileOf(name), 'utf8')) as DashboardJson);
    const served = await grafana
      .json<{ dashboard: DashboardJson }>(`/api/dashboards/uid/${uid}`)
      .then(({ dashboard }) => targetsOf(dashboard))
      .catch((error: Error) => problems.push(`dashboard ${uid}: ${error.message}`));
    if (typeof served === 'number') continue;
    const missing = committed.filter(({ expr }) => !served.some((target) => target.expr === expr));
    for (const { expr } of missing) problems.push(`dashboard ${uid} there does not ask ${expr}`);
    for (const target of served) {
      queries++;
      const answer = await grafana.query(target);
      const { error, frames = [] } = answer.results?.[target.refId] ?? {
        error: answer.message ?? 'no result',
      };
      if (error !== undefined) problems.push(`${target.expr}: ${error}`);
      else if (frames.some(({ data }) => data?.values?.some((values) => values.length > 0))) withData++;
      else withoutData.push(target.expr);
    }
  }
  return { version: health.version ?? 'unknown', queries, withData, withoutData, problems };
}

const targetsOf = ({ panels, annotations }: DashboardJson): readonly Target[] => [
  ...panels.flatMap(({ targets = [], panels: folded = [] }) => [
    ...targets,
    ...targetsOf({ panels: folded }),
  ]),
  ...(annotations?.list ?? []).flatMap(({ expr }) => (expr === undefined ? [] : { refId: 'Anno', expr })),
];

class Grafana {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, token }: GrafanaAddress) {
    this.#url = new URL(url);
    const { username, password } = this.#url;
    this.#url.username = '';
    this.#url.password = '';
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    if (token !== undefined) this.#headers = { authorization: `Bearer ${token}` };
    else if (username !== '')
      this.#headers = { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
    else this.#headers = {};
  }

  /** Throws where the answer is no success. */
  async json<T>(path: string): Promise<T> {
    const response = await this.#fetch(path, {});
    if (!response.ok) throw new Error(`HTTP ${response.status} for ${path}`);
    return (await response.json()) as T;
  }

  /** As a panel asks; of variables Grafana's server knows only those that begin with two underscores. */
  async query({ refId, expr, format = 'time_series', instant = false }: Target): Promise<QueryAnswer> {
    const asked = { refId, expr: expr.replace(/\$(?!__)\w+/g, '.+'), format, instant, range: !instant };
    const query = { ...asked, intervalMs: 60_000, maxDataPoints: 360, datasource: provisioned };
    const body = { from: 'now-6h', to: 'now', queries: [query] };
    const response = await this.#fetch('/api/ds/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    // A query that fails is an HTTP 400 or 500 with the same shape.
    return (await response.json()) as QueryAnswer;
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const base = this.#url.href.replace(/\/$/, '');
    const headers = { ...(init.headers as Record<string, string> | undefined), ...this.#headers };
    return fetch(`${base}${path}`, { ...init, headers, signal: AbortSignal.timeout(patienceMs) });
  }
}
