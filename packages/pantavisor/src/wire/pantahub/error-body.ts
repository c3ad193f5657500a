/** What Pantahub's handlers answer when something is wrong. */
export interface HandlerError {
  /** Incident id: {@link incidentId}. */
  readonly error: string;
  /** For people; absent where there is nothing to say. */
  readonly msg?: string;
  /** The HTTP status again. */
  readonly code: number;
}

/** What the layer below the handlers answers: no route, no valid token, a body of the wrong type. */
export interface FrameworkError {
  readonly Error: string;
}

/** `REST-ERR-ID-` and nanoseconds; `count` tells incidents of one millisecond apart. */
export const incidentId = (nowMs: number, count: number): string =>
  `REST-ERR-ID-${nowMs}${String(count % 1_000_000).padStart(6, "0")}`;

export const handlerError = (incident: string, code: number, msg?: string): HandlerError =>
  msg === undefined ? { error: incident, code } : { error: incident, msg, code };

export const NOT_AUTHORIZED: FrameworkError = Object.freeze({ Error: "Not Authorized" });
export const NOT_FOUND: FrameworkError = Object.freeze({ Error: "Resource not found" });
export const WRONG_METHOD: FrameworkError = Object.freeze({ Error: "Method not allowed" });

/** The text for people in any of the error bodies; `undefined` when the value is none of them. */
export function errorTextOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const body = value as Readonly<Record<string, unknown>>; // A non-null object.
  for (const text of [body["msg"], body["Error"], body["error"]])
    if (typeof text === "string" && text !== "") return text;
  return undefined;
}
