import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What one run said of one incident, over all its transitions. Times in seconds since 1970. */
export interface Incident {
  readonly id: string;
  readonly originAs: number;
  /** Every kind that it had, in order, without the KIND_ prefix, and when each was said. */
  readonly kinds: { readonly kind: string; readonly at: number }[];
  readonly openedAt: number;
  start: number;
  end: number | undefined;
  severity: string;
  summary: string;
}

interface TransitionLine {
  incidentId: string;
  transition: string;
  kind: string;
  originAs?: number;
  startTime: string;
  endTime?: string;
  eventTime: string;
  severity: string;
  summary: string;
}

/** The incidents of an earlier run, from what it printed with --format ndjson. */
export function incidentsIn(ndjson: string): Incident[] {
  const incidents = new Map<string, Incident>();
  for (const line of ndjson.split('\n').filter((text) => text !== '')) take(incidents, JSON.parse(line));
  return [...incidents.values()];
}

/** Runs the main job over the files, as a user would, and gathers its incidents from what it prints. */
export async function incidentsOf(files: readonly string[], options: readonly string[]): Promise<Incident[]> {
  const job = spawn(
    process.execPath,
    ['services/main-job/start.mjs', '--format', 'ndjson', ...options, ...files],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const incidents = new Map<string, Incident>();
  const ended = new Promise<number | null>((resolve) => job.once('close', resolve));
  for await (const line of createInterface({ input: job.stdout }))
    take(incidents, JSON.parse(line) as TransitionLine);
  const status = await ended;
  if (status !== 0) throw new Error(`the main job ended with status ${status}`);
  return [...incidents.values()];
}

function take(incidents: Map<string, Incident>, line: TransitionLine): void {
  const kind = line.kind.replace('KIND_', '');
  const at = Date.parse(line.eventTime) / 1000;
  const incident = incidents.get(line.incidentId) ?? {
    id: line.incidentId,
    originAs: line.originAs ?? 0,
    kinds: [],
    openedAt: at,
    start: 0,
    end: undefined,
    severity: '',
    summary: '',
  };
  if (incident.kinds.at(-1)?.kind !== kind) incident.kinds.push({ kind, at });
  incident.start = Date.parse(line.startTime) / 1000;
  incident.end = line.endTime === undefined ? undefined : Date.parse(line.endTime) / 1000;
  incident.severity = line.severity;
  incident.summary = line.summary;
  incidents.set(line.incidentId, incident);
}

export const everWas = (incident: Incident, kind: string): boolean =>
  incident.kinds.some((said) => said.kind === kind);
export const isOutage = (incident: Incident): boolean => incident.kinds[0]!.kind.startsWith('OUTAGE');
