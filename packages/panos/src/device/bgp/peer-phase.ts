import { between, type Duration, type Instant, later } from "@understudy/kernel";

/** Where the session with a peer is. */
export interface PeerPhase {
  readonly status: "Idle" | "Active" | "Established";
  readonly since: Instant;
}

/** What a session depends on. */
export interface PeeringStart {
  /** Since when the firewall does its routing; `undefined`: it does not. */
  readonly routingSince: Instant | undefined;
  /** From then until the session is established; `undefined`: nobody answers. */
  readonly convergence: Duration | undefined;
  readonly bootedAt: Instant;
}

/** Part of the convergence that passes before a first attempt. */
const IDLE_SHARE = 0.3;

/** How far the session with a peer has come: idle for a while, then trying, then established. Pure. */
export function peerPhase({ routingSince, convergence, bootedAt }: PeeringStart, now: Instant): PeerPhase {
  if (routingSince === undefined) return { status: "Idle", since: bootedAt };
  if (convergence === undefined) return { status: "Active", since: routingSince };
  const idle = Math.round(convergence * IDLE_SHARE) as Duration; // a part of a duration
  const passed = between(routingSince, now);
  if (passed < idle) return { status: "Idle", since: routingSince };
  if (passed < convergence) return { status: "Active", since: later(routingSince, idle) };
  return { status: "Established", since: later(routingSince, convergence) };
}
