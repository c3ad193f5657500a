import { type Caller, type Claims, callerOf } from "../wire/pantahub/claims.ts";
import { openJwt, type SigningKey } from "../wire/pantahub/hs256.ts";

/** Bearer headers remembered per generation; two generations are kept. */
const GENERATION = 16_384;
const PREFIX = "Bearer ";

/**
 * Knows callers by their `Authorization` header. What was verified once is remembered (bounded; the older half is dropped), so
 * that a device that polls costs one look-up.
 */
export class Callers {
  readonly #key: SigningKey;
  #young = new Map<string, Caller>();
  #old = new Map<string, Caller>();

  constructor(key: SigningKey) {
    this.#key = key;
  }

  /** `undefined`: no header, not a bearer token of ours, or expired. */
  identify(authorization: string | undefined, nowMs: number): Caller | undefined {
    if (authorization === undefined) return undefined;
    const caller = this.#young.get(authorization) ?? this.#recall(authorization);
    return caller !== undefined && nowMs < caller.expires * 1000 ? caller : undefined;
  }

  /** The claims of a bearer token of ours, expired or not. */
  claims(authorization: string | undefined): Claims | undefined {
    if (authorization === undefined || !authorization.startsWith(PREFIX)) return undefined;
    return openJwt(authorization.slice(PREFIX.length), this.#key) as Claims | undefined; // The access key signs nothing else.
  }

  #recall(authorization: string): Caller | undefined {
    const caller = this.#old.get(authorization) ?? this.#verify(authorization);
    if (caller === undefined) return undefined;
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(authorization, caller);
    return caller;
  }

  #verify(authorization: string): Caller | undefined {
    const claims = this.claims(authorization);
    return claims && callerOf(claims);
  }
}
