import type { Due, Ticket, Timekeeper } from "./clock.ts";
import { TimingWheel } from "./timing-wheel.ts";
import { type Duration, type Instant, instant, later, milliseconds } from "./units.ts";

const LONGEST_TIMER_MS = 2 ** 30;

/** The machine's time, optionally running `scale` times as fast. One OS timer serves all waits. Dispose ends them all. */
export class RealTime implements Timekeeper, Disposable {
  readonly kind = "real";
  readonly #scale: number;
  readonly #origin: Instant;
  readonly #started: number;
  readonly #wheel: TimingWheel;
  #timer: NodeJS.Timeout | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #disposed = false;
  /** By how much it was put forward, in milliseconds. */
  #ahead: number;

  /** `ahead`: by how much it is ahead of the machine's time from the start; default 0. */
  constructor(options: { readonly scale?: number; readonly ahead?: Duration } = {}) {
    this.#scale = options.scale ?? 1;
    this.#ahead = options.ahead ?? 0;
    this.#origin = instant(Date.now());
    this.#started = performance.now();
    this.#wheel = new TimingWheel(instant(this.#origin + this.#ahead));
  }

  now(): Instant {
    return instant(Math.floor(this.#exactly()));
  }

  #exactly(): number {
    return this.#origin + this.#ahead + (performance.now() - this.#started) * this.#scale;
  }

  /** By how many whole milliseconds it is ahead of the machine's time: put forward, or run faster. */
  get ahead(): Duration {
    const ahead = this.#scale === 1 ? this.#ahead : this.#exactly() - Date.now();
    return milliseconds(Math.max(0, Math.ceil(ahead)));
  }

  /**
   * Puts the time forward, from one due entry to the next, so that everything that would have happened meanwhile happens, in
   * its order. `settle` is awaited after each instant. Time goes on by itself meanwhile; ends early when disposed.
   */
  async advance(by: Duration, settle: () => Promise<void>): Promise<void> {
    const until = later(this.now(), by);
    for (;;) {
      const due = this.#wheel.advance(until);
      this.#ahead += Math.max(0, (due ?? until) - this.#exactly());
      if (due === undefined || this.#disposed) break;
      this.#wheel.fire();
      await settle();
    }
    this.#arm();
  }

  schedule(at: Instant, target: Due, token: number | string): Ticket {
    const ticket = this.#wheel.add(at, target, token);
    if (at < this.#armedFor) this.#arm();
    return ticket;
  }

  cancel(ticket: Ticket): void {
    this.#wheel.remove(ticket);
    if (this.#wheel.size === 0) this.#disarm();
  }

  dueOf(ticket: Ticket): Instant | undefined {
    return this.#wheel.dueOf(ticket);
  }

  get pending(): number {
    return this.#wheel.size;
  }

  outside<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#disarm();
  }

  #arm(): void {
    const bound = this.#wheel.nextBound();
    if (this.#disposed || bound === undefined) {
      this.#disarm();
      return;
    }
    clearTimeout(this.#timer);
    this.#armedFor = bound;
    const wait = Math.max(0, (bound - this.now()) / this.#scale);
    this.#timer = setTimeout(() => this.#turn(), Math.min(wait, LONGEST_TIMER_MS));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #turn(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.now();
    while (!this.#disposed && this.#wheel.advance(now) !== undefined) this.#wheel.fire();
    this.#arm();
  }
}
