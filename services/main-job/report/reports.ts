import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { anomalyToJson } from '#runtime/codec/anomalies.ts';
import type { OutputOptions } from '../command.ts';

type Watch = OutputOptions['watch'];

/** True of what --watch asks for. */
export function isWatched({ originAs, subject }: Anomaly, watch: Watch): boolean {
  if (subject.startsWith('group:')) return true;
  return watch.size === 0 || watch.has(originAs) || watch.has(Number(/^transit:(\d+)$/.exec(subject)?.[1]));
}

/** A minute's heartbeat is told also where the scores are narrowed. */
export function isWatchedScore({ content }: AsScores, watch: Watch): boolean {
  if (watch.size === 0 || content.case === 'heartbeat') return true;
  return watch.has(content.case === 'score' ? content.value.originAs : content.value.transitAs);
}

/** ProtoJSON of what goes to the anomalies topic. */
export const anomalyJson = (anomaly: Anomaly): string => JSON.stringify(anomalyToJson(anomaly));

/** ProtoJSON of AsScores. Its fields have the names of the contract's. */
export const scoresJson = ({ eventMinute, content }: AsScores): string =>
  JSON.stringify({ envelope: { eventMinute }, [content.case]: content.value }, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
