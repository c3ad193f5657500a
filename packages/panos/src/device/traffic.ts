import type { Instant } from "@understudy/kernel";
import type { FirewallProfile, TrafficPattern } from "../node/firewall-profile.ts";
import { macAddress } from "../node/profile.ts";
import type { ArpEntry, Route } from "../wire/messages/routing.ts";
import type { RunningFirewall } from "./running-firewall.ts";

const HOUR = 3_600_000;

/** How much traffic there is at a time, as a multiple of what the scenario says. `noise(n)` is the device's own draw number n. */
export function trafficFactor(
  pattern: TrafficPattern,
  now: Instant,
  bootedAt: Instant,
  noise: (n: number) => number,
): number {
  switch (pattern) {
    case "steady":
      return 1;
    case "daily":
      return 1 + 0.4 * Math.sin(((now - 8 * HOUR) / (24 * HOUR)) * 2 * Math.PI);
    case "ramp":
      return Math.min(1.5, 1 + (0.05 * (now - bootedAt)) / HOUR);
    case "burst":
      return noise(Math.floor(now / 60_000)) < 0.1 ? 2.5 : 1;
    case "random-walk":
      return 0.7 + 0.6 * (smooth(now / (10 * 60_000), noise) * 0.6 + smooth(now / 60_000 + 0.5, noise) * 0.4);
  }
}

/** Noise that changes without jumps: between two draws a straight line. */
function smooth(x: number, noise: (n: number) => number): number {
  const n = Math.floor(x);
  return noise(n) * (n + 1 - x) + noise(n + 1) * (x - n);
}

/** Sessions a firewall has now. */
export function sessionsNow(firewall: RunningFirewall): number {
  const { profile, whole, state } = firewall;
  const factor = trafficFactor(profile.pattern, firewall.now(), state.bootedAt, (n) =>
    firewall.world.random.stream("traffic-noise", n).next(),
  );
  return Math.max(0, Math.round(syncedSessions(firewall, whole.traffic.sessions) * factor));
}

/** With session synchronisation the many sessions of a pair are where the active role is. */
function syncedSessions(firewall: RunningFirewall, own: number): number {
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
export function routesOf(firewall: RunningFirewall): readonly Route[] {
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
export const arpOf = (firewall: RunningFirewall): readonly ArpEntry[] =>
  Array.from({ length: firewall.whole.traffic.arpEntries }, (_, i) => ({
    ip: `10.1.${Math.floor(i / 256)}.${i % 256}`,
    mac: macAddress(firewall.profile.serial, 1000 + i),
    interface: `ethernet1/${(i % 4) + 1}`,
    ttlSeconds: 1800 - ((i * 37 + Math.floor(firewall.now() / 1000)) % 1800),
  }));
