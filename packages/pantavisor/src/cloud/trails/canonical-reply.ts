import { type Headers, type HttpReply, json, text } from "@understudy/kernel";
import { canonicalise, canonicalJson } from "../../wire/pantahub/canonical-json.ts";
import { CANONICAL_HEADER } from "../../wire/pantahub/step-resource.ts";

/** Of everything under `/trails`. */
export const CANONICAL_HEADERS: Headers = Object.freeze([
  ["Content-Type", "application/json; charset=utf-8"] as const,
  CANONICAL_HEADER,
]);

/**
 * A reply in canonical JSON. A value that is known to be `plain` goes by reference and is rendered where bytes are needed;
 * anything else is rendered here.
 */
export function canonicalReply(value: unknown, plain: boolean, headers: Headers = CANONICAL_HEADERS): HttpReply {
  return { status: 200, headers, body: plain ? json(value) : text(canonicalJson(value)) };
}

/** A reply in canonical JSON for a value of which nothing is known. */
export function canonicalReplyOf(given: unknown, headers?: Headers): HttpReply {
  const { value, plain } = canonicalise(given);
  return canonicalReply(value, plain, headers);
}
