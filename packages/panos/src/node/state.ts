import { days, type Instant } from "@understudy/kernel";
import { type ConfigState, FIRST_CONFIG } from "./config/config-state.ts";
import type { Job } from "./jobs/job.ts";
import type { License } from "./profile.ts";
import type { DynamicObjects } from "./user-id/dynamic-objects.ts";

/** Whether a node is up, and if not, how it comes back. */
export type PowerState =
  | { readonly name: "up" }
  /** It was told to restart or shut down, and still answers. */
  | { readonly name: "closing"; readonly at: Instant; readonly outcome: "reboot" | "off" }
  /** Dark: nothing listens. */
  | { readonly name: "rebooting"; readonly upAt: Instant }
  /** Switched off on purpose. */
  | { readonly name: "off" }
  /** Went down for a reboot and did not come back. */
  | { readonly name: "lost" }
  /** Came up in maintenance mode: no API. */
  | { readonly name: "maintenance" };

export const UP: PowerState = Object.freeze({ name: "up" });

/** What every node of PAN-OS keeps: plain data, stored whole and replaced whole. */
export interface NodeState {
  readonly version: string;
  /** Installed; runs from the next boot on. */
  readonly staged?: string;
  /** Releases whose images are on the disk. */
  readonly images: readonly string[];
  /** Those of `images` that were imported from a file. */
  readonly uploaded: readonly string[];
  readonly diskFreeGb: number;
  readonly appVersion: string;
  readonly content: ContentState;
  /** When the update server was asked last, by what for; absent: before the boot. */
  readonly checkedAt?: Readonly<Record<string, Instant>>;
  /** Installed; absent: as the profile says. */
  readonly licenses?: readonly License[];
  /** What the licence server has for this node; absent: as the profile says. */
  readonly granted?: readonly License[];
  readonly bootedAt: Instant;
  /** Absent: never rebooted. */
  readonly lastReboot?: Instant;
  /** How often it has rebooted. */
  readonly reboots: number;
  /** `chassis-ready`: AutoCom has ended well. */
  readonly ready: boolean;
  readonly power: PowerState;
  /** Newest last. */
  readonly jobs: readonly Job[];
  /** Number of the last job since boot. */
  readonly lastJob: number;
  readonly config: ConfigState;
  /** When counters were cleared last; absent: they count from the boot on. */
  readonly countersClearedAt?: Instant;
  /** What `set system setting` has set, by name. */
  readonly systemSettings?: Readonly<Record<string, string>>;
  /** Comments on changes, by the path they belong to. */
  readonly auditComments?: readonly AuditComment[];
  /** Releases for firewalls that a Panorama has fetched. */
  readonly firewallImages?: readonly string[];
  /** Updates for firewalls that a Panorama has fetched, as `content 8795-8489` … */
  readonly firewallUpdates?: readonly string[];
  /** Keys that new virtual firewalls would join Panorama with. */
  readonly vmAuthKeys?: readonly { readonly key: string; readonly until: number; readonly expires: string }[];
  /** What was registered at run time; absent: nothing ever was. */
  readonly dynamic?: DynamicObjects;
}

export interface AuditComment {
  readonly xpath: string;
  readonly comment: string;
  readonly admin: string;
  readonly at: Instant;
}

/** Updates besides the running version of applications and threats. */
export interface ContentState {
  readonly antivirus: string;
  readonly wildfire: string;
  /** On the disk, as `content 8795-8489`, `anti-virus 5000-5500` … */
  readonly downloaded: readonly string[];
  /** Ran before; what a downgrade goes back to. */
  readonly previous?: string;
}

export const FIRST_CONTENT: ContentState = Object.freeze({
  antivirus: "0",
  wildfire: "0",
  downloaded: Object.freeze([]),
});

/** What a node starts with when it was never on before. */
export interface FirstState {
  readonly version: string;
  readonly images: readonly string[];
  readonly diskFreeGb: number;
  readonly appVersion: string;
}

/** A node that has been up for five days, its AutoCom long ended. */
export function firstNodeState(first: FirstState, now: Instant): NodeState {
  const bootedAt = (now - days(5)) as Instant; // an instant minus a duration
  return {
    ...first,
    uploaded: [],
    content: FIRST_CONTENT,
    bootedAt,
    reboots: 0,
    ready: true,
    power: UP,
    jobs: [firstAutoCommit(bootedAt)],
    lastJob: 1,
    config: FIRST_CONFIG,
  };
}

function firstAutoCommit(bootedAt: Instant): Job {
  const length = 60_000;
  const at = (bootedAt + length) as Instant; // an instant plus a duration
  return {
    id: 1,
    type: "AutoCom",
    user: "",
    task: { kind: "autocommit" },
    enqueued: bootedAt,
    started: bootedAt,
    length: length as Job["length"], // one minute in milliseconds
    fate: { kind: "ok" },
    end: { at, result: "OK", details: ["Configuration committed successfully"], warnings: [] },
  };
}

/** What a node is busy with, as far as others care. */
export type NodePhase =
  | "online"
  | "downloading"
  | "installing"
  | "booting"
  | "rebooting"
  | "off"
  | "offline"
  | "maintenance";

export function phaseOf(node: NodeState): NodePhase {
  switch (node.power.name) {
    case "rebooting":
      return "rebooting";
    case "closing":
      return node.power.outcome === "reboot" ? "rebooting" : "off";
    case "off":
      return "off";
    case "lost":
      return "offline";
    case "maintenance":
      return "maintenance";
    case "up":
      return busyPhase(node);
  }
}

function busyPhase(node: NodeState): NodePhase {
  for (const job of node.jobs) {
    if (job.started === undefined || job.end !== undefined) continue;
    if (job.task.kind === "download") return "downloading";
    if (job.task.kind === "install") return "installing";
    if (job.task.kind === "autocommit") return "booting";
  }
  return "online";
}
