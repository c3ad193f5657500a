import type { Duration } from "../time/units.ts";

/**
 * One line of the lab's fault book. Rules are asked in order; the first that matches and strikes decides.
 * Counting (`nth`, `times`) is per rule and per stand-in, so that it does not depend on who else runs.
 */
export interface FaultRule {
  /** Family the rule is for; absent: every family. */
  readonly family?: string;
  /** Stand-in id or a glob with `*` and `?`; absent: every stand-in. */
  readonly device?: string;
  /** One of the family's `operations`, or a glob. */
  readonly operation: string;
  /** Strike from the nth matching call on (1 = the first); with no `times`, exactly at the nth. */
  readonly nth?: number;
  /** Probability of a strike per matching call, 0 … 1. Default 1. Drawn from the rule's own stream. */
  readonly rate?: number;
  /** Strike at most so often per stand-in. Default: no limit, or once when `nth` is given. */
  readonly times?: number;
  /** What goes wrong, in the operation's own words; absent: a plain failure, or only a delay when `delay` is given. */
  readonly error?: string;
  /** The operation takes so much longer. */
  readonly delay?: Duration;
}

/** What a struck operation has to do: fail with `error` (when present), after `delay`. */
export interface Fault {
  /** Index of the rule in the fault book. */
  readonly rule: number;
  readonly error?: string;
  readonly delay?: Duration;
}

/** The fault book as one stand-in sees it. */
export interface Faults {
  /** Call once per attempt of an operation; `undefined` = carry on. A strike is recorded as an event `fault`. */
  strike(operation: string): Fault | undefined;
}
