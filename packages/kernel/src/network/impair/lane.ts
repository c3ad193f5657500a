import { type Duration, type Instant, milliseconds } from "../../time/units.ts";

/** Instants are too large for doubles to add fractions exactly. */
const ROUNDING = 0.01;

/** One direction of a line: what is sent at the same time shares its bytes per second, first come first served. */
export class Lane {
  #freeAt = 0;

  /** Takes the lane for so many bytes from `now` on; returns how long it takes until the last of them is through. */
  take(bytes: number, bytesPerSecond: number, now: Instant): Duration {
    if (bytesPerSecond === Number.POSITIVE_INFINITY || bytes === 0) return milliseconds(0);
    const from = this.#freeAt > now - 1 ? this.#freeAt : now; // waits end on whole milliseconds: the fraction is not lost
    this.#freeAt = from + (bytes * 1_000) / bytesPerSecond;
    return milliseconds(Math.max(0, Math.ceil(this.#freeAt - now - ROUNDING)));
  }
}
