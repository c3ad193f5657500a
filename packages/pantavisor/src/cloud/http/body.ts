import {
  type BodyRules,
  DEFAULT_BODY_RULES,
  type JsonObject,
  jsonOf,
  mib,
  type ReceivedRequest,
} from "@understudy/kernel";
import { misfit } from "../../wire/pantahub/misfit.ts";

/** JSON bodies are refused beyond this size, this depth, and when a key comes twice. */
export const BODY_RULES: BodyRules = { ...DEFAULT_BODY_RULES, maxBytes: mib(8), maxDepth: 64, duplicates: "refuse" };

/** The JSON value of a body. Throws or rejects with `WireError`. */
export function readJsonBody(request: ReceivedRequest): unknown | Promise<unknown> {
  const value = jsonOf(request.body, BODY_RULES);
  if (request.body.kind === "json") return value;
  return value instanceof Promise ? value.then(finite) : finite(value);
}

/** The JSON object of a body. */
export function readObjectBody(request: ReceivedRequest): JsonObject | Promise<JsonObject> {
  const value = readJsonBody(request);
  return value instanceof Promise ? value.then(asObject) : asObject(value);
}

/** A body that may be left out: `undefined` when it is empty. */
export async function readOptionalObject(request: ReceivedRequest): Promise<JsonObject | undefined> {
  const { body } = request;
  if (body.kind === "empty" || (body.kind === "stream" && body.length === 0)) return undefined;
  const value = await jsonOf(body, { ...BODY_RULES, whenEmpty: EMPTY });
  return value === EMPTY ? undefined : asObject(finite(value));
}

const EMPTY = Symbol("no body");

/** A text member of a body, or `undefined` when it is absent or null. Throws `WireError` for another type. */
export function textMember(body: JsonObject, name: string, maxLength = 4096): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw misfit(`body.${name}`, value, "a text");
  if (!value.isWellFormed() || value.includes("\0")) throw misfit(`body.${name}`, value, "a text of characters");
  if (value.length > maxLength)
    throw misfit(`body.${name}`, `a text of ${value.length}`, `at most ${maxLength} characters`);
  return value;
}

/** An object member of a body, or `undefined` when it is absent or null. */
export function objectMember(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name] ?? undefined;
  return value === undefined ? undefined : asObject(value, `body.${name}`);
}

export function asObject(value: unknown, path = "body"): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject; // JSON came in.
  throw misfit(path, value, "an object");
}

/** `1e999` is JSON, but no number: it would come out as null. */
function finite(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value))
    throw misfit("body", value, "numbers within the range of doubles");
  if (typeof value === "object" && value !== null) for (const part of Object.values(value)) finite(part);
  return value;
}
