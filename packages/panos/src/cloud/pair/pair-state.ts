import { type Duration, type Instant, later } from "@understudy/kernel";

/** The part of a Panorama in its pair; shown with its priority before it, such as `primary-active`. */
export type PairRole = "initial" | "active" | "passive" | "suspended";

/** Fixed by configuration: which of the two is to be active where both could. */
export type PairPriority = "primary" | "secondary";

/** What a Panorama of a pair stores of its part in it. */
export interface PairState {
  readonly role: PairRole;
  readonly since: Instant;
  /** While `initial`: when it takes a role; absent: not before AutoCom has ended. */
  readonly holdUntil?: Instant;
  /** When it was out of service last, and why. */
  readonly lastError?: { readonly role: PairRole; readonly reason: string };
}

/** Before a lab's first contact: both have had their roles for as long as they are up. */
export const firstPairState = (priority: PairPriority, since: Instant): PairState => ({
  role: priority === "primary" ? "active" : "passive",
  since,
});

/** Going down, or booting. Suspension does not survive it. */
export const joining = (state: PairState, now: Instant): PairState => ({
  ...(state.lastError === undefined ? {} : { lastError: state.lastError }),
  role: "initial",
  since: now,
});

/** With another role. */
export const inRole = (state: PairState, role: PairRole, now: Instant): PairState => ({ ...joining(state, now), role });

/** Ordered out of service. */
export const suspended = (state: PairState, now: Instant): PairState =>
  state.role === "suspended"
    ? state
    : { role: "suspended", since: now, lastError: { role: "suspended", reason: "User requested" } };

/** Ordered back: it joins behind whoever is active. */
export const resumed = (state: PairState, now: Instant): PairState =>
  state.role === "suspended" ? { ...joining(state, now), holdUntil: now } : state;

/** AutoCom has ended: a role may be taken after the transition. */
export const readyPair = (state: PairState, now: Instant, transition: Duration): PairState =>
  state.role === "initial" && state.holdUntil === undefined ? { ...state, holdUntil: later(now, transition) } : state;
