/**
 * Where our lines are not those of bgpdump 1.6.2, and why ours are right. A file that is not
 * here is the same line by line. Records that we refuse are left out of the comparison; these are their numbers.
 */
export interface Difference {
  readonly file: string;
  /** Lines that differ, and what bgpdump prints in place of each of ours. */
  readonly lines: number;
  readonly bgpdumpPrints: (ours: string) => string;
  readonly why: string;
}

export const differences: readonly Difference[] = [
  {
    file: 'mrt/bgpkit_bgpkit-parser__rrc00.updates.19991214.1621.gz',
    lines: 1363,
    /** BGP|second|W|peer|AS|prefix/length */
    bgpdumpPrints: (ours) => {
      const columns = ours.split('|');
      const length = columns[5]!.split('/')[1];
      return [...columns.slice(0, 5), `${columns[3]}/${length}`].join('|');
    },
    why:
      'Of the deprecated type BGP, bgpdump writes the peer in place of each withdrawn prefix: it calls inet_ntoa twice in one ' +
      'printf. RFC 4271 4.3: Withdrawn Routes are prefixes.',
  },
];

/** Of 2008-02-20, whose collector cut messages at 4,096 octets (RFC 4271 4.1 and RFC 6396 4.4.2 ask for the whole message). */
export const dayFolder = 'mrt/rv2-2008-02-20';
export const cutRecordsOfDay = 97;
/** Lines that bgpdump makes of them. */
export const cutLinesOfDay = 98_552;
