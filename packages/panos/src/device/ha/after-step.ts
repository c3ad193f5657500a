import { type Duration, type Instant, later } from "@understudy/kernel";
import type { HaMode } from "../../wire/link/ha-frames.ts";
import { counted, isLoop, LOOPS } from "./flaps.ts";
import { activeIn, type HaState, isTentative, joinsAgain, withRole } from "./ha-state.ts";
import { outagesAt } from "./outages.ts";
import type { HaStep } from "./plan-ha.ts";

/** A step that changes the role. */
export type RoleStep = Extract<HaStep, { readonly do: "become" | "leave" | "return" }>;

/** What such a step goes by, besides what is stored. */
export interface RoleTerms {
  readonly mode: HaMode;
  readonly maxFlaps: number;
  readonly tentativeHold: Duration;
  readonly monitorFailHold: Duration;
}

/** What a step makes of a member. Whoever leaves the active role unfit once too often is suspended. */
export function afterStep(ha: HaState, step: RoleStep, terms: RoleTerms, now: Instant): HaState {
  switch (step.do) {
    case "become":
      if (step.role === "active") return activeIn(ha, ha.term + 1, now);
      return step.role === "tentative" ? isTentative(ha, now, terms.tentativeHold) : withRole(ha, step.role, now);
    case "return":
      return comesBack(ha, terms, now);
    case "leave": {
      if (ha.role !== "active") return withRole(ha, step.role, now, step.reason);
      const flaps = counted(ha.flaps, "failures", now);
      return isLoop(flaps.failures, terms.maxFlaps)
        ? withRole({ ...ha, flaps }, "suspended", now, LOOPS.failures)
        : withRole({ ...ha, flaps }, step.role, now, step.reason);
    }
  }
}

const comesBack = (ha: HaState, { mode, tentativeHold }: RoleTerms, now: Instant): HaState =>
  mode === "active-active" ? isTentative(ha, now, tentativeHold) : joinsAgain(ha, now);

/** Ordered back into service: what was counted is forgotten, and a failing monitor with it. Whoever serves is left as it is. */
export function functionalAgain(ha: HaState, terms: RoleTerms, now: Instant): HaState {
  if (ha.role !== "suspended" && ha.role !== "non-functional" && ha.role !== "tentative") return ha;
  const { flaps: _, outages, ...rest } = ha;
  const { "ha-monitor": __, ...others } = outages ?? {};
  const fit = Object.keys(others).length === 0 ? rest : { ...rest, outages: others };
  return comesBack(fit, terms, now);
}

/** Without the outages that are over. A member that was unfit waits from now before it returns into service. */
export function mended(ha: HaState, terms: RoleTerms, now: Instant): HaState {
  const left = outagesAt(ha.outages, now);
  if (left === ha.outages) return ha;
  const { outages, reason, ...rest } = ha;
  const isFit = outages?.["ha-monitor"] !== undefined && left?.["ha-monitor"] === undefined;
  const next = isFit
    ? waiting(ha.role, reason, rest, terms, now)
    : { ...rest, ...(reason === undefined ? {} : { reason }) };
  return left === undefined ? next : { ...next, outages: left };
}

function waiting(
  role: HaState["role"],
  reason: string | undefined,
  rest: HaState,
  { tentativeHold, monitorFailHold }: RoleTerms,
  now: Instant,
): HaState {
  if (role === "tentative") return { ...rest, holdUntil: later(now, tentativeHold) };
  const known = reason === undefined ? rest : { ...rest, reason };
  return role === "non-functional" ? { ...known, holdUntil: later(now, monitorFailHold) } : known;
}
