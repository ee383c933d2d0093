import { bitsOf, blocksOf, liesIn, outermost } from '#core/group/prefix-list.ts';
import type { AsNames } from '#page/view/as-names.ts';
import type { Announced } from './announced.ts';
import type { CountryResources } from './delegated.ts';

/** A group as the watch file has it. */
export interface MadeGroup {
  readonly name: string;
  readonly title?: string;
  readonly note: string;
  readonly ases: readonly MadeAs[];
  readonly prefixes: readonly string[];
}

interface MadeAs {
  readonly as: number;
  readonly name?: string;
  readonly slash24s?: number;
  readonly slash48s?: number;
}

/** The ASes, each with the address space that it announces; ASes that announce nothing are left out. */
export function groupOfAses(
  ases: ReadonlySet<number>,
  announced: Announced,
  names: AsNames,
): Pick<MadeGroup, 'ases' | 'prefixes'> {
  const byAs = new Map<number, string[]>();
  for (const [prefix, origins] of announced)
    for (const origin of origins) {
      if (!ases.has(origin)) continue;
      const own = byAs.get(origin);
      if (own === undefined) byAs.set(origin, [bitsOf(prefix)!]);
      else own.push(bitsOf(prefix)!);
    }
  const made = [...byAs].sort(([a], [b]) => a - b).map(([asn, bits]) => madeAs(asn, outermost(bits), names));
  return { ases: made, prefixes: [] };
}

/** The ASes of a country, and the networks in its address space that other ASes announce. */
export function groupOfCountry(
  resources: CountryResources,
  announced: Announced,
  names: AsNames,
): Pick<MadeGroup, 'ases' | 'prefixes'> {
  const { ases } = groupOfAses(resources.ases, announced, names);
  const own = new Set<string>();
  const others = new Map<string, string>();
  for (const [prefix, origins] of announced) {
    const bits = bitsOf(prefix)!;
    if ([...origins].some((origin) => resources.ases.has(origin))) own.add(bits);
    else if (resources.holds(bits)) others.set(bits, prefix);
  }
  // What lies in a network of one of its own ASes weighs there.
  const foreign = outermost([...others.keys()]).filter((bits) => !liesIn(own, bits));
  return { ases, prefixes: foreign.map((bits) => others.get(bits)!) };
}

function madeAs(asn: number, bits: readonly string[], names: AsNames): MadeAs {
  const blocks = (letter: string) =>
    bits.filter((one) => one[0] === letter).reduce((sum, one) => sum + blocksOf(one), 0);
  const name = names.get(asn)?.name.replaceAll(/\p{Cc}/gu, ' ');
  const [slash24s, slash48s] = [blocks('4'), blocks('6')];
  return {
    as: asn,
    ...(name && { name }),
    ...(slash24s > 0 && { slash24s }),
    ...(slash48s > 0 && { slash48s }),
  };
}
