import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { AsScores } from '#core/contract/as-scores.ts';

/**
 * The ProtoJSON of one record of as.scores; of the envelope, only the event minute. The contract's
 * names are those of ProtoJSON; numbers and lists are there also when they are 0 or empty.
 */
export const asScoresToJson = ({ eventMinute, content }: AsScores): JsonObject => ({
  envelope: { eventMinute },
  [content.case]: toJson(content.value),
});

/** ProtoJSON writes what JSON has no number for as a string. */
function toJson(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]));
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return value as string | boolean;
}
