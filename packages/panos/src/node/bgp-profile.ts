import type { JsonObject, JsonValue } from "@understudy/kernel";

/** What a firewall's entry says of BGP. */
export interface BgpProfile {
  readonly routerId: string;
  /** Default 65000. */
  readonly localAs: number;
  readonly peers: readonly BgpNeighbour[];
}

/** A neighbour of the simulated network: what is at the other end of a configured peer. */
export interface BgpNeighbour {
  readonly name: string;
  /** Default `EBGP`. */
  readonly group: string;
  readonly remoteAs: number;
  /** Default: a router next to one of the data interfaces. */
  readonly address: string;
  /** Data interface it is next to. */
  readonly interface: string;
  readonly localAddress: string;
  /** Routes it tells; they are in the routing table while the session is established. Default 0. */
  readonly prefixes: number;
  /** Routes it is told. Default 0. */
  readonly advertised: number;
  /** It never answers. */
  readonly down: boolean;
}

const LANS = 4;

/** Reads the `bgp` of a firewall's entry, valid by the device schema; `undefined` when there is none. */
export function bgpProfile(value: JsonValue | undefined, routerId: string): BgpProfile | undefined {
  if (value === undefined) return undefined;
  const options = value as JsonObject; // valid by the schema
  const peers = options.peers as readonly JsonObject[]; // valid by the schema
  return {
    routerId: text(options.router_id) ?? routerId,
    localAs: number(options.local_as) ?? 65_000,
    peers: peers.map(neighbour),
  };
}

function neighbour(options: JsonObject, at: number): BgpNeighbour {
  const lan = (at % LANS) + 1;
  return {
    name: String(options.name),
    group: text(options.group) ?? "EBGP",
    remoteAs: Number(options.remote_as),
    address: text(options.address) ?? `192.168.${lan}.${Math.floor(at / LANS) + 1}`,
    interface: `ethernet1/${lan}`,
    localAddress: `192.168.${lan}.254`,
    prefixes: number(options.prefixes) ?? 0,
    advertised: number(options.advertised) ?? 0,
    down: options.down === true,
  };
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: JsonValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);
