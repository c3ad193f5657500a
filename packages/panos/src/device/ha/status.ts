import type { HaProfile } from "../../node/firewall-profile.ts";
import type { NodeState } from "../../node/state.ts";
import type { HaStatus } from "../../wire/link/ha-frames.ts";
import type { Firewall } from "../firewall.ts";
import type { HaSettings } from "./ha-settings.ts";
import type { HaState } from "./ha-state.ts";

/** Whether it is taking over its peer's configuration. */
export const isSyncing = (node: NodeState): boolean =>
  node.jobs.some((job) => job.end === undefined && job.task.kind === "ha-sync");

/** What of a member does not follow from its state alone. */
export interface HaSelf {
  readonly profile: HaProfile;
  readonly settings: HaSettings;
  readonly ha1Ip: string;
}

/** A lab's firewalls have been up for days when it starts: so long a first role has lasted. */
function sinceOf({ state }: Firewall, ha: HaState): number {
  const taken = Object.values(ha.transitions ?? {}).reduce((sum, times) => sum + times, 0);
  return state.reboots === 0 && taken === 1 && ha.reason === undefined ? state.bootedAt : ha.since;
}

/** What a member tells its peer. */
export const statusOf = (firewall: Firewall, { profile, settings, ha1Ip }: HaSelf, ha: HaState): HaStatus => ({
  serial: firewall.profile.serial,
  role: ha.role,
  since: sinceOf(firewall, ha),
  mode: profile.mode,
  deviceId: profile.firstRole === "active" ? 0 : 1,
  ...(ha.reason === undefined ? {} : { reason: ha.reason }),
  ...(ha.lastError === undefined ? {} : { lastError: ha.lastError }),
  ledTerm: ha.ledTerm,
  priority: settings.priority,
  preemptive: settings.preemptive,
  ready: firewall.state.ready,
  model: firewall.profile.model,
  version: firewall.state.version,
  appVersion: firewall.state.appVersion,
  mgmtIp: firewall.profile.ipAddress,
  ha1Ip,
  sessions: firewall.whole.traffic.sessions,
  configDigest: firewall.sharedDigest,
  syncing: isSyncing(firewall.state),
  ha2: ha.outages?.ha2 === undefined,
});
