import type { Instant } from "@understudy/kernel";
import type { NewLog } from "../../node/logs/log-entry.ts";
import { systemLog } from "../../node/logs/node-logs.ts";
import { type HaMode, type HaRole, roleName } from "../../wire/link/ha-frames.ts";
import { LOOPS } from "./flaps.ts";
import type { HaState } from "./ha-state.ts";

/** What of a change of a member's part in its pair is to be logged. */
export function haLogs(before: HaState, after: HaState, mode: HaMode, now: Instant): readonly NewLog[] {
  if (before.role === after.role) return [];
  const name = (role: HaRole): string =>
    roleName(role, mode)
      .split("-")
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join("-");
  const moved = systemLog(
    now,
    "ha",
    "state-change",
    after.role === "active" ? "critical" : "high",
    `HA Group 1: Moved from state ${name(before.role)} to state ${name(after.role)}`,
  );
  const loop = Object.values(LOOPS).find((reason) => reason === after.reason);
  if (after.role !== "suspended" || loop === undefined) return [moved];
  return [systemLog(now, "ha", "loop", "critical", `HA Group 1: Going to Suspended state: ${loop}`), moved];
}
