import { createHash } from "node:crypto";
import type { JsonObject } from "@understudy/kernel";
import { canonicalise, canonicalJson } from "../../wire/pantahub/canonical-json.ts";
import { readState, type StateContent } from "../../wire/pantahub/state-rules.ts";

/** A state as it is kept, with what is known of it. */
export interface KnownState {
  /** With keys in canonical order. */
  readonly value: JsonObject;
  readonly plain: boolean;
  readonly sha: string;
  readonly content: StateContent;
}

/** States remembered by hash. */
const REMEMBERED = 64;

/**
 * Canonicalises states. One state goes to many devices: the same value, and another value with the same content, become one
 * shared object, so that a thousand steps hold it once.
 */
export class States {
  readonly #byValue = new WeakMap<object, KnownState>();
  readonly #bySha = new Map<string, KnownState>();

  read(state: JsonObject): KnownState {
    const known = this.#byValue.get(state);
    if (known !== undefined) return known;
    const fresh = this.#shared(state);
    this.#byValue.set(state, fresh);
    return fresh;
  }

  #shared(state: JsonObject): KnownState {
    const { value, plain } = canonicalise(state);
    const text = plain ? JSON.stringify(value) : canonicalJson(value);
    const sha = createHash("sha256").update(text).digest("hex");
    const known = this.#bySha.get(sha);
    if (known !== undefined) return known;
    const fresh: KnownState = { value: Object.freeze(value), plain, sha, content: readState(value) };
    this.#bySha.set(sha, fresh);
    if (this.#bySha.size > REMEMBERED) this.#bySha.delete(this.#bySha.keys().next().value ?? "");
    return fresh;
  }
}
