/** The parts of NetGauze's decode that are compared: one JSON object a line. */
export interface PeerHeaderJson {
  readonly peer_type: Readonly<
    Record<string, { ipv6?: boolean; post_policy?: boolean; asn2?: boolean; adj_rib_out?: boolean }>
  >;
  readonly rd: unknown;
  readonly address: string | null;
  readonly peer_as: number;
  readonly bgp_id: string;
  /** Null where the router gave none. */
  readonly timestamp: string | null;
}

export interface UpdateJson {
  readonly withdrawn_routes: readonly RouteJson[];
  readonly path_attributes: readonly { readonly value: Readonly<Record<string, unknown>> }[];
  readonly nlri: readonly RouteJson[];
}

interface RouteJson {
  readonly path_id: number | null;
  readonly network: string;
}

export interface OpenJson {
  readonly version: number;
  readonly my_as: number;
  readonly hold_time: number;
  readonly bgp_id: string;
  readonly params: readonly { readonly Capabilities: readonly (string | Record<string, unknown>)[] }[];
}

interface SegmentJson {
  readonly segment_type: string;
  readonly as_numbers: readonly number[];
}

/** The same lines as RouteLines makes, of the families that are read here. */
export function linesOfUpdate(update: UpdateJson): string[] {
  const attribute = (name: string) =>
    update.path_attributes.map(({ value }) => value[name]).find((value) => value !== undefined);
  const path = ((attribute('AsPath') as { As4PathSegments: SegmentJson[] })?.As4PathSegments ?? [])
    .map(({ segment_type, as_numbers }) =>
      segment_type === 'AsSet' ? ` {${as_numbers.join(',')}}` : as_numbers.map((asn) => ` ${asn}`).join(''),
    )
    .join('');
  const route = ({ path_id, network }: RouteJson) => `${network}${path_id === null ? '' : ` #${path_id}`}`;
  const unicast = (name: string): readonly RouteJson[] => {
    const mp = attribute(name) as Record<string, { nlri: RouteJson[] }> | undefined;
    return mp?.Ipv6Unicast?.nlri ?? mp?.Ipv4Unicast?.nlri ?? [];
  };
  const withdrawn = [...update.withdrawn_routes, ...unicast('MpUnreach')];
  const announced = [...update.nlri, ...unicast('MpReach')];
  return [...withdrawn.map((r) => `W ${route(r)}`), ...announced.map((r) => `A ${route(r)}${path}`)];
}

/** The capabilities that decide how UPDATEs are read, and the fixed fields. */
export const openText = (open: OpenJson): string => {
  const all = open.params.flatMap(({ Capabilities }) => Capabilities);
  const named = (name: string) =>
    all.flatMap((capability) => (typeof capability === 'string' ? [] : [capability[name]])).find(Boolean);
  const asn4 = (named('FourOctetAs') as { asn4: number } | undefined)?.asn4;
  const addPath = (
    named('AddPath') as
      | { address_families: { address_type: string; send: boolean; receive: boolean }[] }
      | undefined
  )?.address_families;
  return JSON.stringify({
    version: open.version,
    asn: asn4 ?? open.my_as,
    holdTimeSeconds: open.hold_time,
    identifier: open.bgp_id,
    capabilities: all.length,
    sends: (addPath ?? []).filter(({ send }) => send).map(({ address_type }) => families[address_type]),
    receives: (addPath ?? [])
      .filter(({ receive }) => receive)
      .map(({ address_type }) => families[address_type]),
  });
};

/** AFI * 256 + SAFI. */
const families: Readonly<Record<string, number>> = {
  Ipv4Unicast: 0x101,
  Ipv4NlriMplsLabels: 0x104,
  Ipv4MplsLabeledVpn: 0x180,
  Ipv6Unicast: 0x201,
  Ipv6NlriMplsLabels: 0x204,
  Ipv6MplsLabeledVpn: 0x280,
  L2VpnBgpEvpn: 0x1946,
};
