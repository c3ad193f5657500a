import type { Duration, Instant } from "@understudy/kernel";
import { hasAdvancedRouting } from "../../node/config/advanced-routing.ts";
import type { BgpPeer } from "../../wire/messages/bgp.ts";
import type { Route } from "../../wire/messages/routing.ts";
import { interfacesOf } from "../interfaces.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { type ConfiguredPeer, configuredPeers } from "./configured-peers.ts";
import { type PeerPhase, peerPhase } from "./peer-phase.ts";

/** The peers of the running configuration with how their sessions are. */
export function bgpPeers(firewall: RunningFirewall): readonly BgpPeer[] {
  const configured = configuredOf(firewall);
  if (configured.length === 0) return [];
  const fault = firewall.strike("bgp");
  const interfaces = new Map(interfacesOf(firewall).map(({ name, up }) => [name, up]));
  return configured.map((peer, at) => {
    const neighbour = firewall.profile.bgp?.peers.find(
      ({ name, address }) => name === peer.name && address === peer.address,
    );
    const answers = fault?.error === undefined && neighbour?.down !== true;
    const linked = interfaces.get(peer.interface) !== false;
    const phase = peerPhase(
      {
        routingSince: linked ? routingSince(firewall) : undefined,
        convergence: answers ? convergence(firewall, at) : undefined,
        bootedAt: firewall.state.bootedAt,
      },
      firewall.now(),
    );
    const counts = { prefixesIn: neighbour?.prefixes ?? 0, prefixesOut: neighbour?.advertised ?? 0 };
    return toldOf(firewall, peer, phase, counts, fault?.error ?? "");
  });
}

/** A firewall that was never configured has the peers of its entry, without any tree being made for that. */
function configuredOf(firewall: RunningFirewall): readonly ConfiguredPeer[] {
  const engine = hasAdvancedRouting(firewall) ? "logical-router" : "virtual-router";
  const { effective } = firewall;
  if (effective !== undefined) return configuredPeers(effective, engine);
  const { bgp } = firewall.profile;
  return (bgp?.peers ?? []).map((peer) => ({
    ...peer,
    router: "default",
    remoteAs: String(peer.remoteAs),
    localAs: String(bgp?.localAs ?? ""),
    routerId: bgp?.routerId ?? "",
  }));
}

/** Routing begins when AutoCom has ended; in a pair it is the active member's alone, in an active/active pair also the secondary's. */
function routingSince({ profile, state, whole }: RunningFirewall): Instant | undefined {
  if (!state.ready) return undefined;
  const ready = state.jobs.find(({ task }) => task.kind === "autocommit")?.end?.at ?? state.bootedAt;
  if (whole.ha === undefined) return ready;
  const alsoPassive = profile.ha?.mode === "active-active";
  if (whole.ha.role !== "active" && !(alsoPassive && whole.ha.role === "passive")) return undefined;
  const wasAlways = state.reboots === 0 && whole.ha.term <= FIRST_TERM;
  return wasAlways ? ready : (Math.max(ready, whole.ha.since) as Instant); // the later of two instants
}

/** The term in which a pair begins: nobody has failed over yet. */
const FIRST_TERM = 2;

/** Each peer takes its own time, and another one after each boot. */
function convergence({ settings, world, state }: RunningFirewall, at: number): Duration {
  const { from, to } = settings.timing.bgp;
  const share = from === to ? 0 : world.random.stream("bgp-convergence", state.reboots * 1000 + at).next();
  return Math.round(from + share * (to - from)) as Duration; // between two durations
}

function toldOf(
  { profile, state }: RunningFirewall,
  peer: ConfiguredPeer,
  phase: PeerPhase,
  counts: { readonly prefixesIn: number; readonly prefixesOut: number },
  lastError: string,
): BgpPeer {
  const up = phase.status === "Established";
  return {
    ...peer,
    ...phase,
    peerRouterId: up ? peer.address : "0.0.0.0",
    prefixesIn: up ? counts.prefixesIn : 0,
    prefixesOut: up ? counts.prefixesOut : 0,
    establishedCount: up ? 1 : 0,
    lastError,
    localAddress: peer.localAddress === "" ? profile.ipAddress : peer.localAddress,
    flaps: state.reboots,
  };
}

/** What established peers have told. */
export const learntRoutes = (peers: readonly BgpPeer[]): readonly Route[] =>
  peers.flatMap((peer, at) =>
    Array.from({ length: peer.prefixesIn }, (_, i) => ({
      destination: `100.${64 + ((at * 4 + Math.floor(i / 256)) % 64)}.${i % 256}.0/24`,
      nextHop: peer.address,
      interface: peer.interface,
      metric: 0,
      flags: "A B ",
    })),
  );
