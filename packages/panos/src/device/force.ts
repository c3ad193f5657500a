import { type Instant, type JsonObject, seconds } from "@understudy/kernel";
import { enqueue, type NewJob } from "../node/jobs/queue.ts";
import { booted } from "../node/power.ts";
import { knownVersions } from "../node/software/software-list.ts";
import { type NodeState, UP } from "../node/state.ts";
import type { Firewall } from "./firewall.ts";
import type { FirewallState } from "./state.ts";

/** What a tester may want a firewall to be doing. */
export const FORCED_PHASES = [
  "online",
  "downloading",
  "installing",
  "rebooting",
  "maintenance",
  "offline",
  "off",
] as const;

/** What a tester may want of a firewall's part in its pair. */
export const FORCED_HA = ["suspended", "functional", "non-functional"] as const;

/** A firewall as a tester wants it; keys as in a scenario. What is absent stays as it is. */
export interface ForcedState {
  readonly phase?: (typeof FORCED_PHASES)[number];
  readonly ha_state?: (typeof FORCED_HA)[number];
  readonly current_version?: string;
  readonly content_version?: string;
  readonly disk_space_gb?: number;
  readonly tcp_sessions?: number;
  readonly route_count?: number;
  readonly arp_count?: number;
}

/** The wish as it came: valid by the schema. */
export const forcedState = (wanted: JsonObject): ForcedState => wanted;

const COUNTS = { tcp_sessions: "sessions", route_count: "routes", arp_count: "arpEntries" } as const;

/** The figures and versions of a firewall as a tester wants them. */
export function withForcedFigures(whole: FirewallState, wanted: ForcedState): FirewallState {
  const { current_version: version, content_version: appVersion, disk_space_gb: diskFreeGb } = wanted;
  const traffic = { ...whole.traffic };
  for (const [key, name] of Object.entries(COUNTS) as [keyof typeof COUNTS, (typeof COUNTS)[keyof typeof COUNTS]][])
    traffic[name] = wanted[key] ?? traffic[name];
  const { staged, ...rest } = whole.node;
  const node: NodeState = {
    ...rest,
    ...(staged === undefined || staged === version ? {} : { staged }),
    ...(version === undefined ? {} : { version }),
    ...(appVersion === undefined ? {} : { appVersion }),
    ...(diskFreeGb === undefined ? {} : { diskFreeGb }),
  };
  return { ...whole, node, traffic };
}

/** Online and idle: what it was doing is stopped; a dark one has booted, with its AutoCom behind it. */
export function broughtOnline(node: NodeState, now: Instant): NodeState {
  const { name } = node.power;
  if (name !== "up" && name !== "closing")
    return booted(node, { takesStaged: true, autocommit: { kind: "ok" }, autocommitLength: seconds(0) }, now);
  const end = { at: now, result: "FAIL", details: ["Job is stopped"], warnings: [] } as const;
  return {
    ...node,
    power: UP,
    ready: true,
    jobs: node.jobs.map((job) => (job.end === undefined ? { ...job, end } : job)),
  };
}

/** Busy with a download or installation that never ends by itself. */
export function keptBusy(firewall: Firewall, phase: "downloading" | "installing", version: string): Promise<void> {
  const downloads = phase === "downloading";
  return firewall.change((node, now) => {
    const job: NewJob = {
      type: downloads ? "Downld" : "SWInstall",
      task: downloads ? { kind: "download", version, syncToPeer: false } : { kind: "install", version },
      user: "tester",
      length: firewall.draw(downloads ? firewall.settings.timing.download : firewall.settings.timing.install),
      fate: { kind: "stuck", percent: 50 },
    };
    return { state: enqueue(node, job, now).node, result: undefined };
  });
}

/** The newest release it lists and does not run; the one it runs when there is no other. */
export const newestOther = (firewall: Firewall): string =>
  knownVersions(firewall.profile, firewall.state).find((version) => version !== firewall.state.version) ??
  firewall.state.version;
