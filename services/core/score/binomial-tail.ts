/**
 * -log10 P(X >= k) of X ~ Binomial(n, p), 0 < p < 1: how surprising k hits in n trials are.
 * The first term is taken in log space and the others relative to it, so that no
 * tail is too small to be told, and none is the difference of two numbers near 1.
 */
export function tailSurprise(n: number, k: number, p: number): number {
  if (k <= 0) return 0;
  let logChoose = 0;
  for (let i = 1; i <= k; i++) logChoose += Math.log((n - k + i) / i);
  const logFirst = logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p);
  const odds = p / (1 - p);
  // Terms k, k+1, ... n over the first one, nested from the last.
  let sum = 1;
  for (let i = n - 1; i >= k; i--) sum = 1 + sum * ((n - i) / (i + 1)) * odds;
  // A tail of nearly 1 may come out as a hair more than 1.
  return Math.max(0, -(logFirst + Math.log(sum)) / Math.LN10);
}
