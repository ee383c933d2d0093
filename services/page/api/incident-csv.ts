import { formatSecond } from '#core/event-time.ts';
import type { AsNames } from '../view/as-names.ts';
import type { IncidentRecord } from '../view/incident-store.ts';

type Column = (record: IncidentRecord, names: AsNames) => string | number | undefined;

const columns: Readonly<Record<string, Column>> = {
  incident_id: ({ latest }) => latest.incidentId,
  state: ({ latest }) => (latest.transition === 'closed' ? 'closed' : 'open'),
  close_reason: ({ latest }) => latest.closeReason,
  kind: ({ latest }) => latest.kind,
  severity: ({ latest }) => latest.severity,
  peak_severity: ({ peakSeverity }) => peakSeverity,
  subject: ({ latest }) => latest.subject,
  origin_as: ({ latest }) => latest.originAs,
  origin_name: ({ latest }, names) => names.get(latest.originAs)?.name,
  country: ({ latest }, names) => names.get(latest.originAs)?.country,
  start_time: ({ latest }) => formatSecond(latest.startSecond),
  end_time: ({ latest }) => latest.endSecond && formatSecond(latest.endSecond),
  duration_seconds: ({ latest }) => latest.durationSeconds,
  prefix_count: ({ latest }) => latest.prefixCount,
  peers_for: ({ latest }) => latest.evidence.peersFor,
  live_peers: ({ latest }) => latest.evidence.livePeers,
  prefixes: ({ latest }) => latest.prefixes.join(' '),
  linked_incident_ids: ({ latest }) => latest.linkedIncidentIds.join(' '),
  summary: ({ latest }) => latest.summary,
};

export const csvHeader = `${Object.keys(columns).join(',')}\r\n`;

/** One line of CSV (RFC 4180). */
export const csvLine = (record: IncidentRecord, names: AsNames): string =>
  `${Object.values(columns)
    .map((column) => csvField(column(record, names)))
    .join(',')}\r\n`;

/** A spreadsheet takes text that begins with one of = + - @ for a formula: such a field gets an apostrophe in front. */
export function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
