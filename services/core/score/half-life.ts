/** What is left of a weight after `steps` steps of a decay that halves it in `halfLife` steps. */
export const remaining = (steps: number, halfLife: number): number =>
  steps === 0 ? 1 : Math.exp((-Math.LN2 * steps) / halfLife);
