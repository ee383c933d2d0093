/** A /32 of IPv6, what a network gets, weighs as a /20 of IPv4. */
const slash48sInSlash24 = 4096;

/** Address space of both families in /24. */
export const weightOf = (slash24s: number, slash48s: number): number =>
  slash24s + slash48s / slash48sInSlash24;
