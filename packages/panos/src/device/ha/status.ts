import type { HaProfile } from "../../node/firewall-profile.ts";
import type { NodeState } from "../../node/state.ts";
import type { HaStatus } from "../../wire/link/ha-frames.ts";
import type { Firewall } from "../firewall.ts";
import type { HaState } from "./ha-state.ts";

/** Whether it is taking over its peer's configuration. */
export const isSyncing = (node: NodeState): boolean =>
  node.jobs.some((job) => job.end === undefined && job.task.kind === "ha-sync");

/** What a member tells its peer. */
export const statusOf = (firewall: Firewall, profile: HaProfile, ha: HaState, ha1Ip: string): HaStatus => ({
  serial: firewall.profile.serial,
  role: ha.role,
  since: ha.since,
  ledTerm: ha.ledTerm,
  priority: profile.priority,
  preemptive: profile.preemptive,
  ready: firewall.state.ready,
  model: firewall.profile.model,
  version: firewall.state.version,
  appVersion: firewall.state.appVersion,
  mgmtIp: firewall.profile.ipAddress,
  ha1Ip,
  sessions: firewall.whole.traffic.sessions,
  configDigest: firewall.sharedDigest,
  syncing: isSyncing(firewall.state),
});
