import { leaves, type Markup, xml } from "../xml/write.ts";

/** A route. */
export interface Route {
  /** Such as `10.0.0.0/24`. */
  readonly destination: string;
  readonly nextHop: string;
  readonly interface: string;
  readonly metric: number;
  /** Such as `A S ` (active, static) or `A C ` (connected). */
  readonly flags: string;
}

const FLAGS =
  "flags: A:active, ?:loose, C:connect, H:host, S:static, ~:internal, R:rip, O:ospf, B:bgp, Oi:ospf intra-area, Oo:ospf inter-area, O1:ospf ext-type-1, O2:ospf ext-type-2, E:ecmp, M:multicast";

/** The classic table. */
export const renderRoutes = (routes: Iterable<Route>): Markup =>
  xml`<flags>${FLAGS}</flags>${[...routes].map(
    (route) =>
      xml`<entry>${leaves({
        "virtual-router": "default",
        destination: route.destination,
        nexthop: route.nextHop,
        metric: route.metric,
        flags: route.flags,
        age: "",
        interface: route.interface,
        "route-table": "unicast",
      })}</entry>`,
  )}`;

/** The table of the advanced routing engine: JSON in an element. */
export function renderAdvancedRoutes(routes: Iterable<Route>): Markup {
  const table = Object.fromEntries(
    [...routes].map((route) => [
      route.destination,
      [
        {
          prefix: route.destination,
          protocol: route.flags.includes("B") ? "bgp" : route.flags.includes("C") ? "connected" : "static",
          vrfName: "default",
          selected: true,
          destSelected: true,
          distance: 10,
          metric: route.metric,
          installed: true,
          nexthops: [{ ip: route.nextHop, afi: "ipv4", interfaceName: route.interface, active: true, fib: true }],
          uptime: "1d02h03m",
        },
      ],
    ]),
  );
  return xml`<json>${JSON.stringify({ default: table })}</json>`;
}

/** The forwarding table, for IPv4 and (empty) IPv6: clients want two tables at least. */
export function renderFib(routes: Iterable<Route>): Markup {
  const entries = [...routes].map(
    (route, at) =>
      xml`<entry>${leaves({
        id: at + 1,
        dst: route.destination,
        interface: route.interface,
        nh_type: 0,
        flags: "ug",
        nexthop: route.nextHop,
        mtu: 1500,
      })}</entry>`,
  );
  const table = (id: number, type: number, rows: readonly Markup[]): Markup =>
    xml`<entry><id>${id}</id><vr>default</vr><max>10000</max><type>${type}</type><ecmp>0</ecmp><nentries>${rows.length}</nentries><entries>${rows}</entries></entry>`;
  return xml`<dp>dp0</dp><total>2</total><fibs>${table(1, 0, entries)}${table(2, 1, [])}</fibs>`;
}

/** One entry of the ARP table. */
export interface ArpEntry {
  readonly ip: string;
  readonly mac: string;
  readonly interface: string;
  /** Seconds. */
  readonly ttlSeconds: number;
}

export function renderArp(entries: Iterable<ArpEntry>): Markup {
  const rows = [...entries].map(
    (entry) =>
      xml`<entry><status>  c  </status><ip>${entry.ip}</ip><mac>${entry.mac}</mac><ttl>${entry.ttlSeconds}</ttl><interface>${entry.interface}</interface><port>${entry.interface}</port></entry>`,
  );
  return xml`<max>32000</max><total>${rows.length}</total><timeout>1800</timeout><dp>dp0</dp><entries>${rows}</entries>`;
}
