import type { Due, Timekeeper } from "../../time/clock.ts";
import { type Duration, later } from "../../time/units.ts";

/** Resolves after the time; at once, without a ticket, when there is none to wait. */
export function pause(time: Timekeeper, span: Duration): Promise<void> {
  if (span <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const target: Due = { due: () => resolve() };
    time.schedule(later(time.now(), span), target, 0);
  });
}
