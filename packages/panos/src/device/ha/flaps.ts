import { type Instant, later, minutes } from "@understudy/kernel";

/** For how long a flap is remembered after the last one. */
const FLAP_WINDOW = minutes(15);

/** How often a member has come and gone since its counters were reset. */
export interface FlapCounts {
  /** Times it took the active role from a peer that was active. */
  readonly preemptions: number;
  /** Times it left the active role because it was unfit. */
  readonly failures: number;
  readonly last: Instant;
}

/** What counts now: counters are reset when nothing has happened for 15 minutes. */
export const flapsAt = (flaps: FlapCounts | undefined, now: Instant): Pick<FlapCounts, "preemptions" | "failures"> =>
  flaps === undefined || later(flaps.last, FLAP_WINDOW) < now ? NONE : flaps;

const NONE = Object.freeze({ preemptions: 0, failures: 0 });

/** With one more. */
export function counted(flaps: FlapCounts | undefined, kind: "preemptions" | "failures", now: Instant): FlapCounts {
  const { preemptions, failures } = flapsAt(flaps, now);
  const before = { preemptions, failures };
  return { ...before, [kind]: before[kind] + 1, last: now };
}

/** Whether that is one more than are allowed. 0 allows any number. */
export const isLoop = (count: number, maxFlaps: number): boolean => maxFlaps > 0 && count > maxFlaps;

/** Why a member was suspended that came and went too often. */
export const LOOPS = Object.freeze({
  failures: "Non-functional loop detected",
  preemptions: "Preemption loop detected",
});
