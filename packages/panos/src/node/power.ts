import type { Duration, Instant } from "@understudy/kernel";
import type { JobFate } from "./jobs/job.ts";
import { enqueue } from "./jobs/queue.ts";
import { type NodeState, UP } from "./state.ts";
import { afterReboot } from "./user-id/dynamic-objects.ts";

/** A node that was told to go down answers until `at`. A second order changes nothing. */
export const closing = (node: NodeState, outcome: "reboot" | "off", at: Instant): NodeState =>
  node.power.name === "up" ? { ...node, power: { name: "closing", at, outcome } } : node;

/** The node is down and comes back at `upAt`. What its jobs were doing is gone. */
export const goneDown = (node: NodeState, upAt: Instant): NodeState => ({
  ...node,
  power: { name: "rebooting", upAt },
  ready: false,
  jobs: [],
});

/** The node is off, or did not come back. */
export const gone = (node: NodeState, how: "off" | "lost"): NodeState => ({
  ...node,
  power: { name: how },
  ready: false,
  jobs: [],
});

/** How a boot goes. */
export interface BootPlan {
  /** `false`: the installation turns out not to have taken; the old version runs on. */
  readonly takesStaged: boolean;
  readonly autocommit: JobFate;
  readonly autocommitLength: Duration;
}

/** A node after a boot: on the staged version, with an empty job list but for its AutoCom. */
export function booted(node: NodeState, plan: BootPlan, now: Instant): NodeState {
  const { staged, ...rest } = node;
  const version = plan.takesStaged ? (staged ?? node.version) : node.version;
  const fresh: NodeState = {
    ...rest,
    version,
    bootedAt: now,
    lastReboot: now,
    reboots: node.reboots + 1,
    ready: false,
    power: UP,
    jobs: [],
    lastJob: 0,
    ...(node.dynamic === undefined ? {} : { dynamic: afterReboot(node.dynamic) }),
  };
  const autocommit = {
    type: "AutoCom",
    task: { kind: "autocommit" },
    user: "",
    length: plan.autocommitLength,
    fate: plan.autocommit,
  } as const;
  return enqueue(fresh, autocommit, now).node;
}

/** The node came up in maintenance mode: no API. */
export const inMaintenance = (node: NodeState, now: Instant): NodeState => ({
  ...node,
  bootedAt: now,
  lastReboot: now,
  reboots: node.reboots + 1,
  ready: false,
  power: { name: "maintenance" },
  jobs: [],
});

/** When a node that is about to change its power state does so; `undefined` when it is not. */
export function powerDue(node: NodeState): Instant | undefined {
  switch (node.power.name) {
    case "closing":
      return node.power.at;
    case "rebooting":
      return node.power.upAt;
    case "up":
    case "off":
    case "lost":
    case "maintenance":
      return undefined;
  }
}
