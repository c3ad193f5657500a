import { WireError } from "@understudy/kernel";

/** What is wrong at a place of an input, in the words that all our errors have. */
export interface Misfit {
  /** Such as `report.version`. */
  readonly path: string;
  readonly found: string;
  readonly accepted: string;
}

/** The error for an input that cannot be taken: `state: found 3 bytes; expected a JSON text`. */
export function malformed(misfit: Misfit, options?: ErrorOptions): WireError {
  return new WireError(`${misfit.path}: found ${misfit.found}; expected ${misfit.accepted}`, { ...misfit }, options);
}
