/** The part of jStat that checks our tails; it comes without types. */
declare module 'jstat' {
  const jStat: {
    /** Regularized incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
  };
  // biome-ignore lint/style/noDefaultExport: a CommonJS package has no other.
  export default jStat;
}
