import type { Duration, Instant } from "@understudy/kernel";
import { later } from "@understudy/kernel";
import type { HaRole } from "../../wire/link/ha-frames.ts";

/** What a firewall stores of its part in a pair. */
export interface HaState {
  readonly role: HaRole;
  readonly since: Instant;
  /** The highest term it knows of. Whoever becomes active opens a new term. */
  readonly term: number;
  /** The term in which it was last active since its last boot; 0: in none. */
  readonly ledTerm: number;
  /** While `initial`: when it takes a role without having heard of its peer; absent: not before AutoCom has ended. */
  readonly holdUntil?: Instant;
  /** While `initial`: whether it may take a role before that, as soon as it has heard of its peer. */
  readonly eager: boolean;
  /** Why it is not active any more, in the words of the screen. */
  readonly reason?: string;
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

/** After a boot: it holds back until AutoCom has ended. */
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
      return state;
    case "initial":
      return state.holdUntil === undefined ? state : { ...state, holdUntil: later(now, hold) };
    case "active":
    case "passive":
      return {
        role: "initial",
        since: now,
        term: state.term,
        ledTerm: state.ledTerm,
        holdUntil: later(now, hold),
        eager: true,
      };
  }
}

/** AutoCom has ended well: a role may be taken after the transition. */
export const readyHa = (state: HaState, now: Instant, transition: Duration): HaState =>
  state.role === "initial" && state.holdUntil === undefined ? { ...state, holdUntil: later(now, transition) } : state;

/** With another role. */
export function withRole(state: HaState, role: HaRole, now: Instant, reason?: string): HaState {
  const { holdUntil: _, reason: __, ...rest } = state;
  return { ...rest, role, since: now, eager: false, ...(reason === undefined ? {} : { reason }) };
}

/** Active in a term of its own. */
export const activeIn = (state: HaState, term: number, now: Instant): HaState => ({
  ...withRole(state, "active", now),
  term,
  ledTerm: term,
});

/** Made functional again by its operator. */
export const functionalAgain = (state: HaState, now: Instant): HaState => ({
  ...withRole(state, "initial", now),
  ledTerm: 0,
  holdUntil: now,
  eager: true,
});
