import type { Clock, Due, Timekeeper } from "../time/clock.ts";
import { type Duration, type Instant, later } from "../time/units.ts";
import type { Life } from "./life.ts";

/** Where a stand-in's wake-ups are kept: by the power switch, with the stand-in's record. */
export interface WakeUps {
  setWake(name: string, at: Instant): void;
  cancelWake(name: string): void;
  dueOf(name: string): Instant | undefined;
}

/** Time as one boot of a stand-in sees it. */
export class UnitClock implements Clock {
  readonly #life: Life;
  readonly #time: Timekeeper;
  readonly #wakeUps: WakeUps;

  constructor(life: Life, time: Timekeeper, wakeUps: WakeUps) {
    this.#life = life;
    this.#time = time;
    this.#wakeUps = wakeUps;
  }

  now(): Instant {
    return this.#time.now();
  }

  wake(after: Duration, options: { readonly name: string }): void {
    if (this.#life.alive) this.#wakeUps.setWake(options.name, later(this.now(), after));
  }

  cancelWake(name: string): void {
    if (this.#life.alive) this.#wakeUps.cancelWake(name);
  }

  dueOf(name: string): Instant | undefined {
    return this.#wakeUps.dueOf(name);
  }

  sleep(after: Duration, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return this.#life.guard(Promise.reject(signal.reason));
    return new Promise((resolve, reject) => {
      const sleeper: Due = {
        due: () => {
          signal?.removeEventListener("abort", onAbort);
          if (this.#life.alive) resolve();
        },
      };
      const ticket = this.#time.schedule(later(this.now(), after), sleeper, 0);
      const onAbort = (): void => {
        this.#time.cancel(ticket);
        if (this.#life.alive) reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}
