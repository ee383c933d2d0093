/**
 * A collector whose records are a reconstruction with shifted times says so in its name, "reconstructed-rrc00+4353d1h25m".
 * The name travels with the records into the evidence of every incident: who shows an incident cannot miss it.
 */
const shifted = /^reconstructed-.+\+(\d+)d(\d+)h(\d+)m$/;

/** `minutes`: by how much its times are later than what they tell of; not negative. */
export function shiftedSource(collector: string, minutes: number): string {
  const days = Math.floor(minutes / 1440);
  return `reconstructed-${collector}+${days}d${Math.floor(minutes / 60) % 24}h${minutes % 60}m`;
}

/** By how many minutes the times of a source are shifted; undefined where they are not. */
export function shiftOf(source: string): number | undefined {
  const match = shifted.exec(source);
  if (match === null) return undefined;
  const [days, hours, minutes] = match.slice(1).map(Number) as [number, number, number];
  return days * 1440 + hours * 60 + minutes;
}
