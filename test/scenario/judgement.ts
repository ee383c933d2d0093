/** What a run is judged to be: failures in words, and figures by name; a duration is in seconds and its name says so. */
export interface Judgement {
  readonly failures: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}
