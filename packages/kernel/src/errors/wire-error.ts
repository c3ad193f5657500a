import { UnderstudyError } from "./understudy-error.ts";

export type WireErrorCode = "malformed" | "invalid" | "too-large" | "too-deep" | "duplicate-key";

/**
 * Something from outside that cannot be read: bytes that are no text, text that is no JSON (`malformed`), or a value of the
 * wrong shape (`invalid`). `path` names the place, such as `body.steps[2].rev`; `found` and `accepted` say what stood there
 * and what would have been taken.
 */
export class WireError extends UnderstudyError<WireErrorCode> {
  override readonly name = "WireError";
  readonly path: string;
  readonly found: string;
  readonly accepted: string;

  constructor(
    code: WireErrorCode,
    place: { readonly path: string; readonly found: string; readonly accepted: string },
    options?: ErrorOptions,
  ) {
    super(code, `${place.path}: found ${place.found}; expected ${place.accepted}`, { ...place }, options);
    this.path = place.path;
    this.found = place.found;
    this.accepted = place.accepted;
  }
}
