import { UnderstudyError } from "./understudy-error.ts";

/**
 * Something that came over the wire (or out of a file) is not what it claims to be. `details.path` names the place, such as
 * `devices[3].serial`; it is empty when the whole is meant.
 */
export class WireError extends UnderstudyError<"malformed"> {
  override readonly name = "WireError";

  constructor(
    message: string,
    details: { readonly path: string; readonly [key: string]: unknown },
    options?: ErrorOptions,
  ) {
    super("malformed", message, details, options);
  }
}
