import { type HttpReply, jsonReply } from "@understudy/kernel";

const ERROR_NAMES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  412: "Precondition failed",
  413: "Payload too large",
  415: "Unsupported media type",
  429: "Too many requests",
  500: "Internal server error",
};

/** How this cloud says no: `{"error","message"}`. */
export const refusal = (status: number, message: string): HttpReply =>
  jsonReply({ error: ERROR_NAMES[status] ?? `Error ${status}`, message }, status);

/** The same words whether a device is unknown or its key is wrong: nobody learns which uuids exist. */
export const unauthorized = (): HttpReply => refusal(401, "A valid key is required.");
