import type { Due, Ticket, Timekeeper } from "../../time/clock.ts";
import { type Duration, type Instant, later } from "../../time/units.ts";

/** A deadline that moves often: it costs a new ticket only when an old one comes due too early. */
export class Deadline implements Due {
  readonly #time: Timekeeper;
  readonly #passed: () => void;
  #at: Instant | undefined;
  #ticket: Ticket | undefined;
  #ticketAt: Instant | undefined;

  constructor(time: Timekeeper, passed: () => void) {
    this.#time = time;
    this.#passed = passed;
  }

  /** Replaces the present deadline; infinite: none. */
  set(after: Duration): void {
    if (after === Number.POSITIVE_INFINITY) {
      this.clear();
      return;
    }
    this.#at = later(this.#time.now(), after);
    if (this.#ticket !== undefined && this.#ticketAt !== undefined && this.#ticketAt <= this.#at) return;
    this.#cancel();
    this.#schedule(this.#at);
  }

  /** No deadline for now. */
  clear(): void {
    this.#at = undefined;
  }

  /** No deadline ever again. */
  dispose(): void {
    this.#at = undefined;
    this.#cancel();
  }

  due(): void {
    this.#ticket = undefined;
    if (this.#at === undefined) return;
    if (this.#at > this.#time.now()) {
      this.#schedule(this.#at);
      return;
    }
    this.#at = undefined;
    this.#passed();
  }

  #schedule(at: Instant): void {
    this.#ticketAt = at;
    this.#ticket = this.#time.schedule(at, this, 0);
  }

  #cancel(): void {
    if (this.#ticket !== undefined) this.#time.cancel(this.#ticket);
    this.#ticket = undefined;
  }
}
