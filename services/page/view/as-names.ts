/** What an AS is called, as its registry says; nothing of it is trusted. */
export interface AsName {
  readonly name: string;
  /** Two letters (ISO 3166-1), where known. */
  readonly country: string | undefined;
}

export type AsNames = ReadonlyMap<number, AsName>;

const nameLengthMax = 120;

/** Lines such as "131279 RYUGYONG-NET-AS-KP Ryugyong-dong, KP": the format of RIPE's asn.txt. */
export function parseAsNames(text: string): Map<number, AsName> {
  const names = new Map<number, AsName>();
  for (const line of text.split('\n')) {
    const match = /^(?:AS)?(\d{1,10})\s+(.*?)(?:,\s*([A-Z]{2}))?\s*$/.exec(line);
    if (match === null || Number(match[1]) >= 2 ** 32) continue;
    const country = match[3] === 'ZZ' ? undefined : match[3];
    names.set(Number(match[1]), { name: match[2]!.slice(0, nameLengthMax), country });
  }
  return names;
}
