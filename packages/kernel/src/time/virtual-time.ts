import type { Due, Ticket, Timekeeper } from "./clock.ts";
import { TimingWheel } from "./timing-wheel.ts";
import { type Duration, type Instant, instant, later, VIRTUAL_EPOCH } from "./units.ts";

/**
 * Time that jumps from one due entry to the next. Between two instants only synchronous code and microtasks run; one
 * macrotask yield per instant drains them.
 */
export class VirtualTime implements Timekeeper {
  readonly kind = "virtual";
  readonly #wheel: TimingWheel;
  #now: Instant;
  #outside = 0;
  #backInside: (() => void) | undefined;
  #running = false;

  constructor(start: Instant = VIRTUAL_EPOCH) {
    this.#now = start;
    this.#wheel = new TimingWheel(start);
  }

  now(): Instant {
    return this.#now;
  }

  schedule(at: Instant, target: Due, token: number | string): Ticket {
    return this.#wheel.add(at, target, token);
  }

  cancel(ticket: Ticket): void {
    this.#wheel.remove(ticket);
  }

  dueOf(ticket: Ticket): Instant | undefined {
    return this.#wheel.dueOf(ticket);
  }

  get pending(): number {
    return this.#wheel.size;
  }

  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#outside++;
    try {
      return await work();
    } finally {
      if (--this.#outside === 0) this.#backInside?.();
    }
  }

  /** Runs what is due until `until` (included), where the clock stands then; ends early when `enough` says so after an instant. */
  async runUntil(until: Instant, enough?: () => boolean): Promise<void> {
    if (this.#running) throw new Error("Virtual time is already running; only one run at a time.");
    this.#running = true;
    try {
      await this.settle();
      while (enough?.() !== true) {
        const due = this.#wheel.advance(until);
        if (due === undefined) {
          if (Number.isFinite(until)) this.#now = instant(Math.max(this.#now, until));
          return;
        }
        this.#now = due;
        this.#wheel.fire();
        await this.settle();
      }
    } finally {
      this.#running = false;
    }
  }

  async runFor(span: Duration, enough?: () => boolean): Promise<void> {
    await this.runUntil(later(this.#now, span), enough);
  }

  /** Lets everything finish that needs no time: drains microtasks, and waits for what happens outside. */
  async settle(): Promise<void> {
    await new Promise<void>(setImmediate);
    while (this.#outside > 0) {
      await new Promise<void>((resolve) => {
        this.#backInside = resolve;
      });
      this.#backInside = undefined;
      await new Promise<void>(setImmediate);
    }
  }
}
