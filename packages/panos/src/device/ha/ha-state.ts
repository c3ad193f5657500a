import type { Duration, Instant } from "@understudy/kernel";
import { later } from "@understudy/kernel";
import type { HaRole } from "../../wire/link/ha-frames.ts";
import type { FlapCounts } from "./flaps.ts";
import type { Outages } from "./outages.ts";

/** What a firewall stores of its part in a pair. */
export interface HaState {
  readonly role: HaRole;
  readonly since: Instant;
  /** The highest term it knows of. Whoever becomes active opens a new term. */
  readonly term: number;
  /** The term in which it was last active since its last boot; 0: in none. */
  readonly ledTerm: number;
  /**
   * While `initial`: when it takes a role without having heard of its peer; absent: not before AutoCom has ended. While
   * `tentative` or `non-functional`: when it may return into service; absent: at once.
   */
  readonly holdUntil?: Instant;
  /** While `initial`: whether it may take a role before that, as soon as it has heard of its peer. */
  readonly eager: boolean;
  /** Why it has this role, in the words of the screen. */
  readonly reason?: string;
  /** When it was out of service last, and why. */
  readonly lastError?: { readonly role: HaRole; readonly reason: string };
  /** Absent: nothing was counted since the counters were reset. */
  readonly flaps?: FlapCounts;
  /** What is broken right now; absent: nothing. */
  readonly outages?: Outages;
  /** How often it has taken each role since its last boot. */
  readonly transitions?: Readonly<Partial<Record<HaRole, number>>>;
}

/** Before a lab's first contact: the one that is to be active counts as having led once. */
export const firstHaState = (firstRole: "active" | "passive", now: Instant, hold: Duration): HaState => ({
  role: "initial",
  since: now,
  term: 1,
  ledTerm: firstRole === "active" ? 1 : 0,
  holdUntil: later(now, hold),
  eager: true,
});

/** HA was switched on: it takes no role before it has heard of its peer or waited; while AutoCom runs it waits for that first. */
export const joiningHa = (now: Instant, hold: Duration, ready: boolean): HaState => ({
  role: "initial",
  since: now,
  term: 0,
  ledTerm: 0,
  ...(ready ? { holdUntil: later(now, hold) } : {}),
  eager: ready,
});

/** After a boot: it holds back until AutoCom has ended. Suspension and what was counted do not survive a boot. */
export const rebootedHa = (state: HaState, now: Instant): HaState => ({
  role: "initial",
  since: now,
  term: state.term,
  ledTerm: 0,
  eager: false,
});

/**
 * Taken up again where it was interrupted. A member that had a role does not claim to have it before it has heard of its
 * peer, who may have taken over in the meantime.
 */
export function resumedHa(state: HaState, now: Instant, hold: Duration): HaState {
  switch (state.role) {
    case "suspended":
    case "non-functional":
    case "tentative":
      return state;
    case "initial":
      return state.holdUntil === undefined ? state : { ...state, holdUntil: later(now, hold) };
    case "active":
    case "passive":
      return { ...state, role: "initial", since: now, holdUntil: later(now, hold), eager: true };
  }
}

/** AutoCom has ended well: a role may be taken after the transition. */
export const readyHa = (state: HaState, now: Instant, transition: Duration): HaState =>
  state.role === "initial" && state.holdUntil === undefined ? { ...state, holdUntil: later(now, transition) } : state;

/** With another role. `reason` says why, and is remembered as the last error if the role is one out of service. */
export function withRole(state: HaState, role: HaRole, now: Instant, reason?: string): HaState {
  const { holdUntil: _, reason: __, ...rest } = state;
  const isError = reason !== undefined && (role === "suspended" || role === "non-functional" || role === "tentative");
  return {
    ...rest,
    role,
    since: now,
    eager: false,
    transitions: { ...state.transitions, [role]: (state.transitions?.[role] ?? 0) + 1 },
    ...(reason === undefined ? {} : { reason }),
    ...(isError ? { lastError: { role, reason } } : {}),
  };
}

/** Active in a term of its own. */
export const activeIn = (state: HaState, term: number, now: Instant): HaState => ({
  ...withRole(state, "active", now),
  term,
  ledTerm: term,
});

/** Fit for service again in an active/passive pair: it joins anew, behind whoever is active. */
export const joinsAgain = (state: HaState, now: Instant): HaState => ({
  ...withRole(state, "initial", now),
  ledTerm: 0,
  holdUntil: now,
  eager: true,
});

/** Fit for service again in an active/active pair: it waits for its routes before it joins. */
export const isTentative = (state: HaState, now: Instant, hold: Duration, reason?: string): HaState => ({
  ...withRole(state, "tentative", now, reason),
  ledTerm: 0,
  holdUntil: later(now, hold),
});
