import type { JsonValue } from "@understudy/kernel";
import { parseJsonOrNothing } from "./fields.ts";

/** How raw metadata text is shown and sent: JSON objects and arrays as such, everything else (`5`, `true` too) as a string. */
export function metadataValue(raw: string): JsonValue {
  const first = raw.trimStart()[0];
  if (first !== "{" && first !== "[") return raw;
  const parsed = parseJsonOrNothing(raw);
  return parsed === undefined ? raw : (parsed.value as JsonValue); // JSON.parse gives nothing but JSON values
}

/** The raw text of a value from the other side: strings as they are, everything else as JSON. */
export const metadataText = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

/** True when both are the same JSON value. The order of an object's keys does not matter. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => equalJson(item, b[at]));
  if (Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>; // a non-null object that is no array
  const right = b as Readonly<Record<string, unknown>>; // the same
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]))
  );
}
