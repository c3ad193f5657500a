import type { Instant } from "../time/units.ts";

/** Addresses remembered; the one that asked longest ago is forgotten first. */
export const MAX_LIMITED_ADDRESSES = 10_000;

interface Bucket {
  tokens: number;
  at: Instant;
}

/** A token bucket per remote address: `perSecond` requests a second, and as many (at least one) in one burst. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => Instant;
  /** In the order of the last request. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number, now: () => Instant) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, perSecond);
    this.#now = now;
  }

  /** Takes a token; 0 when there was one, else the whole seconds until there is one again. */
  take(remote: string): number {
    const bucket = this.#refilled(remote);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#perSecond));
  }

  #refilled(remote: string): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(remote) ?? { tokens: this.#burst, at: now };
    const elapsed = Math.max(0, now - bucket.at) / 1000;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + elapsed * this.#perSecond);
    bucket.at = now;
    this.#buckets.delete(remote);
    this.#buckets.set(remote, bucket);
    if (this.#buckets.size > MAX_LIMITED_ADDRESSES) this.#forgetOldest();
    return bucket;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
