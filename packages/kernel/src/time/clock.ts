import type { Duration, Instant } from "./units.ts";

/** Time as a stand-in sees it. Waits that must outlive an episode are wake-ups; `sleep` is for waits within one. */
export interface Clock {
  now(): Instant;
  /**
   * Starts an episode (`wake({ kind: "timer", name })`) after `after`. A second call with the same name replaces the first.
   * Wake-ups are not stored: what must survive a power cut is stored by the stand-in, which sets the wake-up again at boot.
   */
  wake(after: Duration, options: { readonly name: string }): void;
  /** Takes a wake-up back; unknown names are ignored. */
  cancelWake(name: string): void;
  /** When the wake-up of that name is due; `undefined` when none is set. */
  dueOf(name: string): Instant | undefined;
  /** Waits within an episode. Rejects with the signal's reason when it is aborted. */
  sleep(after: Duration, signal?: AbortSignal): Promise<void>;
}

/** A scheduled task's handle. Only {@link Timekeeper.cancel} understands it. */
export type Ticket = number & { readonly __ticket: true };

/** Something that is due. One object may serve any number of tickets: `token` is handed back. */
export interface Due {
  /** Called once per ticket, synchronously. What it starts has the rest of the instant: microtasks drain before time moves on. */
  due(token: number | string): void;
}

/**
 * The ground's time: one timing wheel for everything that waits. Real (optionally scaled) or virtual.
 * Order: by instant, then by the order of the calls to `schedule`.
 */
export interface Timekeeper {
  readonly kind: "real" | "virtual";
  now(): Instant;
  /** Calls `target.due(token)` at `at`; at once (on the next turn) when `at` has passed. */
  schedule(at: Instant, target: Due, token: number | string): Ticket;
  /** Takes a ticket back. A ticket that was already called or cancelled is ignored. */
  cancel(ticket: Ticket): void;
  /** When a ticket is due; `undefined` when it was called or cancelled. */
  dueOf(ticket: Ticket): Instant | undefined;
  /**
   * Runs `work` while virtual time and all deliveries stand still; in real time it simply runs it.
   * The only door from virtual time to real I/O.
   */
  outside<T>(work: () => Promise<T>): Promise<T>;
  readonly pending: number;
}
