import { type Duration, milliseconds } from "@understudy/kernel";
import { AUTH_PAUSE, backoff, SYNC_BACKOFF, SYNC_BREAK, SYNC_BREAK_AFTER } from "./backoff.ts";

/** How the device stands with its cloud. `unknown`: no exchange yet since boot. */
export type Health = "unknown" | "online" | "degraded" | "offline" | "auth-failed";

/** Failures in a row from which on the connection counts as degraded, and as offline. */
const DEGRADED_AFTER = 2;
const OFFLINE_AFTER = 3;

/** How one exchange of a loop (polls, or reports) ended. */
export type Exchange =
  | { readonly kind: "ok" }
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfter?: Duration }
  /** 401 or 403: the cloud does not accept the device's key. */
  | { readonly kind: "auth-failed"; readonly status: number };

/** A loop's failures in a row: what its next wait depends on. */
export interface LoopRecord {
  readonly failures: number;
}

export const NO_FAILURES: LoopRecord = { failures: 0 };

/**
 * When a loop tries again after a failure, and what it remembers: growing waits, a rest with a clean slate after ten
 * failures, a long one when the key is refused. `Retry-After` makes a wait longer, never shorter.
 */
export function afterFailure(
  { failures }: LoopRecord,
  exchange: Exclude<Exchange, { readonly kind: "ok" }>,
  draw: number,
): { readonly record: LoopRecord; readonly delay: Duration } {
  const count = failures + 1;
  if (exchange.kind === "auth-failed") return { record: { failures: count }, delay: AUTH_PAUSE };
  if (count >= SYNC_BREAK_AFTER) return { record: NO_FAILURES, delay: SYNC_BREAK };
  const own = backoff(SYNC_BACKOFF, count, draw);
  return { record: { failures: count }, delay: milliseconds(Math.max(own, exchange.retryAfter ?? 0)) };
}

/**
 * The connection's health after an exchange. A connection recovers only when both loops are without failures; between it
 * keeps the worse name.
 */
export function nextHealth(before: Health, exchange: Exchange, loops: readonly [LoopRecord, LoopRecord]): Health {
  if (exchange.kind === "auth-failed") return "auth-failed";
  const worst = Math.max(loops[0].failures, loops[1].failures);
  if (worst === 0 && exchange.kind === "ok") return "online";
  if (worst >= OFFLINE_AFTER) return "offline";
  if (before === "offline" || before === "auth-failed") return before;
  if (worst >= DEGRADED_AFTER) return "degraded";
  return before === "unknown" && exchange.kind === "ok" ? "online" : before;
}
