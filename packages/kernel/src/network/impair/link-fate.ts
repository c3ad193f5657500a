import type { RandomStream } from "../../chance/random.ts";
import { type Duration, milliseconds } from "../../time/units.ts";
import type { LinkConditions } from "./link-conditions.ts";

/** What the line does to one exchange, besides taking its time. */
export type LinkFate =
  | { readonly kind: "pass" }
  /** `request`: the server never sees it. `reply`: it acts, but nobody hears of it. */
  | { readonly kind: "lost" | "reset"; readonly side: "request" | "reply" }
  /** The reply's body ends after this share of it. */
  | { readonly kind: "truncated"; readonly share: number }
  | { readonly kind: "error"; readonly status: number };

const PASS: LinkFate = Object.freeze({ kind: "pass" });

/** Decides. Always draws six numbers, so that changing one condition shifts nobody's fate. */
export function drawFate(conditions: LinkConditions, chance: RandomStream): LinkFate {
  const lost = chance.chance(conditions.loss);
  const reset = chance.chance(conditions.reset);
  const hang = chance.chance(conditions.hang);
  const truncated = chance.chance(conditions.truncation);
  const error = chance.chance(conditions.serverErrors);
  const share = chance.next();
  const side = share < 0.5 ? "request" : "reply";
  if (lost) return { kind: "lost", side };
  if (reset) return { kind: "reset", side };
  if (hang) return { kind: "lost", side: "reply" };
  if (truncated) return { kind: "truncated", share };
  if (error) return { kind: "error", status: conditions.serverErrorStatus };
  return PASS;
}

/** How long one passage takes, apart from its bytes. Always draws one number. */
export const drawDelay = (conditions: LinkConditions, chance: RandomStream): Duration =>
  milliseconds(Math.round(conditions.latency + conditions.jitter * chance.next()));
