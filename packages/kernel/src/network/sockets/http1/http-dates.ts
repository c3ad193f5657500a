import type { Instant } from "../../../time/units.ts";

/** Dates as HTTP writes them (RFC 9110, 5.6.7). Makes one text per second. */
export class HttpDates {
  #second = -1;
  #text = "";

  at(now: Instant): string {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * 1_000).toUTCString();
    }
    return this.#text;
  }
}
