import type { Denominator } from '../contract/as-minutes.ts';
import type { StateReader, StateWriter } from '../state.ts';

/** Fewer live peers than this are too few to judge; a collector needs as many to take part in the quorum. */
export const enoughPeers = 10;

/** Who judges the prefixes of one family in this minute. */
export interface FamilyRoster {
  readonly fullFeed: Uint32Array;
  /** Full-feed, established, and not masked. */
  readonly live: Uint32Array;
  /** Live, or masked for less than 30 minutes for a reason of their own: these still count as they last stood. */
  readonly liveLately: Uint32Array;
  /** Their whole table has been known since an earlier minute. */
  readonly complete: Uint32Array;
  /** Full-feed peers that must have named a prefix before it counts as known. */
  readonly knownPeers: number;
  readonly denominator: Denominator;
}

/** Before anybody was heard. */
export const nobody: FamilyRoster = {
  fullFeed: new Uint32Array(1),
  live: new Uint32Array(1),
  liveLately: new Uint32Array(1),
  complete: new Uint32Array(1),
  knownPeers: enoughPeers,
  denominator: {
    livePeers: 0,
    livePeerAses: 0,
    collectors: 0,
    maskedPeers: 0,
    frozen: true,
    wholeTable: false,
  },
};

export function saveFamilyRoster(writer: StateWriter, roster: FamilyRoster): void {
  writer.array(roster.fullFeed);
  writer.array(roster.live);
  writer.array(roster.liveLately);
  writer.array(roster.complete);
  writer.u32(roster.knownPeers);
  const { livePeers, livePeerAses, collectors, maskedPeers, frozen, wholeTable } = roster.denominator;
  for (const count of [livePeers, livePeerAses, collectors, maskedPeers]) writer.u32(count);
  writer.u8((frozen ? 1 : 0) + (wholeTable ? 2 : 0));
}

export function loadFamilyRoster(reader: StateReader): FamilyRoster {
  const fullFeed = reader.u32Array();
  const live = reader.u32Array();
  const liveLately = reader.u32Array();
  const complete = reader.u32Array();
  const knownPeers = reader.u32();
  const [livePeers, livePeerAses, collectors, maskedPeers] = [
    reader.u32(),
    reader.u32(),
    reader.u32(),
    reader.u32(),
  ];
  const flags = reader.u8();
  const frozen = (flags & 1) !== 0;
  const wholeTable = (flags & 2) !== 0;
  const denominator = { livePeers, livePeerAses, collectors, maskedPeers, frozen, wholeTable };
  return { fullFeed, live, liveLately, complete, knownPeers, denominator };
}
