import { WireError } from "../errors/wire-error.ts";

/**
 * Why an input cannot be taken. `syntax`: no UTF-8, no JSON, no path. `shape`: not what the schema says. The others: beyond
 * the bounds of the route.
 */
export type WireReason = "syntax" | "shape" | "too-large" | "too-deep" | "duplicate-key";

/** A {@link WireError} whose details say what stood at the place and what would have been taken. */
export interface WireProblem {
  readonly reason: WireReason;
  /** Such as `body.steps[2].rev`. */
  readonly path: string;
  readonly found: string;
  readonly accepted: string;
}

/** The problem as an error: `body.rev: found "7"; expected an integer`. */
export function wireProblem(problem: WireProblem, options?: ErrorOptions): WireError {
  return new WireError(
    `${problem.path}: found ${problem.found}; expected ${problem.accepted}`,
    { ...problem },
    options,
  );
}

/** Why an input was refused; `syntax` for errors that do not say. A server answers `too-large` with 413, mostly. */
export function reasonOf(error: WireError): WireReason {
  const reason = error.details.reason;
  return reason === "shape" || reason === "too-large" || reason === "too-deep" || reason === "duplicate-key"
    ? reason
    : "syntax";
}
