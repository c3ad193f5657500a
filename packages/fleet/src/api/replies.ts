import {
  type Audit,
  type HttpReply,
  type JsonValue,
  jsonReply,
  reasonOf,
  UnderstudyError,
  UsageError,
  type WireError,
} from "@understudy/kernel";
import type { TSchema } from "typebox";
import { type ApiError, ErrorShape } from "./shapes.ts";

/** A reply's description for OpenAPI; without a schema it is an error. */
export const reply = (
  text: string,
  schema: TSchema = ErrorShape,
): { readonly text: string; readonly schema: TSchema } => ({ text, schema });

/** An error in the lab API's shape. */
export const errorReply = (status: number, error: ApiError): HttpReply => jsonReply(error, status);

export const noSuchDevice = (id: string): HttpReply =>
  errorReply(404, { error: "unknown-device", message: `There is no device called ${id}.` });

/** A request that cannot be read: 413 when it is too large, else 400. */
export function unreadable(error: WireError): HttpReply {
  const { path, found, accepted } = error.details;
  return errorReply(reasonOf(error) === "too-large" ? 413 : 400, {
    error: "bad-request",
    message: error.message,
    ...(typeof path === "string" && { path }),
    ...(typeof found === "string" && { found }),
    ...(typeof accepted === "string" && { accepted }),
  });
}

/** A change that is asked for, and where it is noted. `who` is the remote address: a token names nobody. */
export interface Change {
  readonly audit: Audit;
  readonly who: string;
  /** Such as `device.power`. */
  readonly action: string;
  readonly target: string;
  readonly details: JsonValue;
}

/**
 * Carries out a change and notes it with its result. What the lab refuses as the caller's mistake is a 409 in the lab's own
 * words; other errors are thrown on.
 */
export async function carryOut(change: Change, work: () => Promise<HttpReply>): Promise<HttpReply> {
  const { audit, ...entry } = change;
  try {
    const answer = await work();
    audit.record({ ...entry, result: "done" });
    return answer;
  } catch (error) {
    audit.record({ ...entry, result: error instanceof UnderstudyError ? error.code : "failed" });
    if (error instanceof UsageError) return errorReply(409, { error: error.code, message: error.message });
    throw error;
  }
}
