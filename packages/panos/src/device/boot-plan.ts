import type { Duration, RandomStream } from "@understudy/kernel";
import { WILL_SUCCEED } from "../node/jobs/job.ts";
import type { BootPlan } from "../node/power.ts";
import type { Traffic } from "./state.ts";

/** How a boot with an injected error goes: `maintenance` in it means maintenance mode, `version` the old version, all else a failed AutoCom. */
export function planBoot(error: string | undefined, autocommitLength: Duration): BootPlan | "maintenance" {
  if (error === undefined) return { takesStaged: true, autocommit: WILL_SUCCEED, autocommitLength };
  if (/maintenance/i.test(error)) return "maintenance";
  if (/version/i.test(error)) return { takesStaged: false, autocommit: WILL_SUCCEED, autocommitLength };
  return {
    takesStaged: true,
    autocommit: { kind: "fail", reason: [error, "Commit failed"], share: 1 },
    autocommitLength,
  };
}

/** Numbers after a boot: up to 100 sessions more or less, now and then a route or an ARP entry. */
export function variedTraffic(traffic: Traffic, stream: RandomStream): Traffic {
  const sessions = Math.max(0, traffic.sessions + stream.integer(-100, 100));
  const routes = Math.max(0, traffic.routes + (stream.chance(0.2) ? stream.pick(STEP) : 0));
  const arpEntries = Math.max(0, traffic.arpEntries + (stream.chance(0.3) ? stream.pick(STEP) : 0));
  return { sessions, routes, arpEntries };
}

const STEP = [-1, 1] as const;
