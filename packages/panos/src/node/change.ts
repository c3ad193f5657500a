import type { JsonObject } from "@understudy/kernel";

/** The keys in which two states differ, with their new values; null for those that are gone. */
export function changeBetween(before: JsonObject, after: JsonObject): JsonObject {
  const change: Record<string, JsonObject[string]> = {};
  for (const [key, value] of Object.entries(after))
    if (before[key] !== value && value !== undefined) change[key] = value;
  for (const key of Object.keys(before)) if (!(key in after)) change[key] = null;
  return change;
}
