/**
 * The one error class of the house. `code` is stable and is what callers test; `details` is typed plain data for machines;
 * the message says what happened, to what, and what to do about it.
 */
export class UnderstudyError<Code extends string = string> extends Error {
  override readonly name: string = "UnderstudyError";
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** The caller's own mistake (a bad flag, a bad lab file, an illegal call): the command line answers it with exit code 2. */
export class UsageError extends UnderstudyError {
  override readonly name = "UsageError";
}

/** Closes a `switch` over a union: the compiler proves that it cannot be reached, and a wrong cast is caught at run time. */
export function assertNever(value: never): never {
  throw new UnderstudyError("unreachable", `Unhandled case: ${JSON.stringify(value)}`);
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
