import type { DeviceState, Instant, JsonObject } from "@understudy/kernel";
import type { FirewallProfile } from "../node/firewall-profile.ts";
import { firstNodeState, type NodePhase, type NodeState, phaseOf } from "../node/state.ts";
import { type HaMode, roleName } from "../wire/link/ha-frames.ts";
import type { HaState } from "./ha/ha-state.ts";

/** Layout of `state.json`. A storage with another number is not read. */
export const STATE_FORMAT = 1;

/** Everything a firewall stores besides its configuration: one file, replaced whole. */
export interface FirewallState {
  readonly format: typeof STATE_FORMAT;
  readonly node: NodeState;
  /** Absent on firewalls without a peer. */
  readonly ha?: HaState;
  /** Numbers that vary from boot to boot. */
  readonly traffic: Traffic;
}

export interface Traffic {
  readonly sessions: number;
  readonly routes: number;
  readonly arpEntries: number;
  /** When all sessions were cleared last. */
  readonly clearedAt?: Instant;
}

/** A firewall that was never on before. */
export function firstFirewallState(profile: FirewallProfile, ha: HaState | undefined, now: Instant): FirewallState {
  const node = firstNodeState(
    {
      version: profile.firstVersion,
      images: profile.downloadedVersions,
      diskFreeGb: profile.diskGb,
      appVersion: profile.contentVersion,
    },
    now,
  );
  const traffic = { sessions: profile.sessions, routes: profile.routes, arpEntries: profile.arpEntries };
  return { format: STATE_FORMAT, node, traffic, ...(ha === undefined ? {} : { ha }) };
}

/** What the firewall knows of its connections; gone with the power. */
export interface Connections {
  /** To Panorama; absent on a firewall that has none. */
  readonly connected?: boolean;
  /** To the HA peer. */
  readonly peer: boolean;
}

const modeOf = ({ ha }: FirewallProfile): HaMode => ha?.mode ?? "active-passive";

/** The firewall as the lab sees it. */
export function toDeviceState(profile: FirewallProfile, state: FirewallState, connections: Connections): DeviceState {
  const { node } = state;
  const phase: NodePhase = phaseOf(node);
  const shown: JsonObject & { phase: string } = {
    phase,
    serial: profile.serial,
    hostname: profile.hostname,
    model: profile.model,
    version: node.version,
    appVersion: node.appVersion,
    ready: node.ready,
    ...(connections.connected === undefined ? {} : { connected: connections.connected }),
    ...(node.staged === undefined ? {} : { staged: node.staged }),
    ...(state.ha === undefined
      ? {}
      : { haState: roleName(state.ha.role, modeOf(profile)), peerConnected: connections.peer }),
  };
  return shown;
}
