import type { Instant } from "@understudy/kernel";
import type { FirewallProfile } from "../node/firewall-profile.ts";
import { macAddress } from "../node/profile.ts";
import type { ArpEntry, Route } from "../wire/messages/routing.ts";
import type { Firewall } from "./firewall.ts";
import type { HaLink } from "./ha/ha-link.ts";
import { type TrafficShape, trafficBetween, trafficFactor } from "./traffic-pattern.ts";

/** A firewall as far as its traffic is a matter of. */
type TrafficSource = Firewall & { readonly ha: Pick<HaLink, "peer"> | undefined };

/** How long it takes until all sessions are back that were cleared. */
const RECOVERY = 60_000;

/** Sessions a firewall has now. */
export const sessionsNow = (firewall: TrafficSource): number => sessionsAt(firewall, firewall.now());

/** Sessions a firewall had at a time since its boot; none before. */
export function sessionsAt(firewall: TrafficSource, at: Instant): number {
  const { whole, state } = firewall;
  if (at < state.bootedAt) return 0;
  const { sessions, clearedAt } = whole.traffic;
  const back = clearedAt === undefined || at < clearedAt ? 1 : Math.min(1, (at - clearedAt) / RECOVERY);
  const factor = trafficFactor(shapeOf(firewall), at);
  return Math.max(0, Math.round(syncedSessions(firewall, sessions) * factor * back));
}

/** Sessions times seconds since boot, since counters were cleared, or since a given time: what all counters follow from. */
export function sessionSeconds(firewall: TrafficSource, from?: Instant): number {
  const { bootedAt, countersClearedAt } = firewall.state;
  const since = Math.max(bootedAt, from ?? countersClearedAt ?? bootedAt) as Instant; // the later of two instants
  const factors = trafficBetween(shapeOf(firewall), since, firewall.now());
  return ((firewall.whole.traffic.sessions + IDLE_SESSIONS) * factors) / 1000;
}

/** What a session carries in a second on average, and for how many seconds it lives. */
export const PER_SESSION = Object.freeze({ packets: 0.6, kilobits: 4, seconds: 100 });

/** There is some traffic besides sessions: hellos, probes, announcements. */
const IDLE_SESSIONS = 10;

/** Sessions that a firewall can hold: what hardware of its size does. */
export const sessionCapacity = ({ profile }: TrafficSource): number =>
  Math.max(262_142, 2 ** Math.ceil(Math.log2(profile.sessions * 3 + 1)) - 2);

const shapeOf = ({ profile, state, world }: TrafficSource): TrafficShape => ({
  pattern: profile.pattern,
  bootedAt: state.bootedAt,
  noise: (n) => world.random.stream("traffic-noise", n).next(),
});

/** With session synchronisation the many sessions of a pair are where the active role is. */
function syncedSessions(firewall: TrafficSource, own: number): number {
  const { ha } = firewall;
  const peer = ha?.peer?.sessions;
  const linked = ha?.peer?.ha2 === true && firewall.whole.ha?.outages?.ha2 === undefined;
  if (!firewall.settings.haSessionSync || peer === undefined || !linked) return own;
  return firewall.whole.ha?.role === "active" ? Math.max(own, peer) : Math.min(own, peer);
}

/** Route number i, the same for every firewall: tools compare tables before and after. Added ones lie in 172.16.0.0/12. */
function routeNumber(i: number): Route {
  const lan = (i % 4) + 1;
  const destination =
    i < 65_536 ? `10.${Math.floor(i / 256)}.${i % 256}.0/24` : `172.${16 + (i % 16)}.${Math.floor(i / 16) % 256}.0/24`;
  return { destination, nextHop: `192.168.${lan}.1`, interface: `ethernet1/${lan}`, metric: 10, flags: "A S " };
}

/** The routing table. A boot that added or took away a route did so at the end of the table. */
export function routesOf(firewall: TrafficSource): readonly Route[] {
  const { routes } = firewall.whole.traffic;
  const usual = Math.min(routes, firewall.profile.routes);
  const added = Array.from({ length: Math.max(0, routes - firewall.profile.routes) }, (_, i) =>
    addedRoute(firewall.profile, i),
  );
  return [...Array.from({ length: usual }, (_, i) => routeNumber(i)), ...added];
}

function addedRoute(profile: FirewallProfile, i: number): Route {
  const octet = 16 + ((Number(profile.serial.slice(-3)) + i * 5) % 16 || i % 16);
  return {
    destination: `172.${octet}.0.0/12`,
    nextHop: "192.168.1.1",
    interface: "ethernet1/1",
    metric: 10,
    flags: "A S ",
  };
}

/** The ARP table. */
export const arpOf = (firewall: TrafficSource): readonly ArpEntry[] =>
  Array.from({ length: firewall.whole.traffic.arpEntries }, (_, i) => ({
    ip: `10.1.${Math.floor(i / 256)}.${i % 256}`,
    mac: macAddress(firewall.profile.serial, 1000 + i),
    interface: `ethernet1/${(i % 4) + 1}`,
    ttlSeconds: 1800 - ((i * 37 + Math.floor(firewall.now() / 1000)) % 1800),
  }));
