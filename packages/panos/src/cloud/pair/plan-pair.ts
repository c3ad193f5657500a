import type { Instant } from "@understudy/kernel";
import type { PairPriority, PairState } from "./pair-state.ts";

/** A Panorama of a pair, as the plan sees it. */
export interface PairMember {
  readonly up: boolean;
  readonly state: PairState;
}

/** What happens next in a pair. */
export type PairStep =
  | { readonly do: "wait"; readonly until?: Instant }
  | { readonly do: "become"; readonly who: PairPriority; readonly role: "active" | "passive" };

/**
 * Decides the next step of a pair of Panoramas. Pure; asked again after every change. Nobody becomes active while the other is;
 * where both could, the primary does.
 */
export function planPair(members: Readonly<Record<PairPriority, PairMember>>, now: Instant): PairStep {
  let until: Instant | undefined;
  for (const who of ["primary", "secondary"] as const) {
    const { up, state } = members[who];
    const other = members[who === "primary" ? "secondary" : "primary"];
    if (!up || state.role === "active" || state.role === "suspended") continue;
    const { holdUntil } = state;
    if (state.role === "initial" && (holdUntil === undefined || now < holdUntil)) {
      if (holdUntil !== undefined) until = until === undefined || holdUntil < until ? holdUntil : until;
      continue;
    }
    if (other.up && other.state.role === "active") {
      if (state.role === "initial") return { do: "become", who, role: "passive" };
    } else return { do: "become", who, role: "active" };
  }
  return until === undefined ? { do: "wait" } : { do: "wait", until };
}
