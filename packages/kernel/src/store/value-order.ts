import { compareText } from "../storage/text-order.ts";

/** What a column of a key, index, condition or order holds. */
export type Scalar = string | number | boolean | null;

/** Orders two values of one column: null first, texts by code point, false before true. */
export function compareValues(a: Scalar, b: Scalar): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
