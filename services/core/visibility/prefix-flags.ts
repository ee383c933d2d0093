/** What is known of a prefix, as bits of one number. */

/** Bits 0 and 1: not judged yet, visible, or gone. */
export const stateMask = 3;
export const unjudged = 0;
export const up = 1;
export const down = 2;

/** Named by enough full-feed peers, or in a seed: it may cover others. */
export const known = 4;
/** Named by enough full-feed peers, whatever a seed says. */
export const heard = 4096;
/** It counts in what its origin AS is expected to announce. */
export const expected = 8;
/** It lost its visibility through who judges, not through withdrawals: it can't go down before it was visible again. */
export const disarmed = 16;
/** It is down, and a less specific prefix is visible. */
export const covered = 32;
/** Its owner is a seed's word; or the first peers to name it did so in this second. */
export const ownerFromSeed = 64;
export const ownerIsFresh = 128;
/** Touched in this second: it stands in the list of those to be judged at its end. */
export const touched = 256;
/** Went up or down in this minute. */
export const crossed = 512;
/** Touched by what peers did while they were masked: how it stood before this second says nothing. */
export const reconsidered = 2048;

/** It is down, and other peers lack it than at the beginning of this minute: at its end it is said how many. */
export const recounted = 8192;

/** Peers hold paths of several origins: it is in Origins' list of such. */
export const mixed = 16384;

/** Visible for long, of one origin: if most peers still have it, there is nothing to say. */
export const settledMask = stateMask | heard | disarmed | ownerIsFresh | mixed;
export const settled = up | heard;
