/**
 * A value whose canonical text is one step away. `value` has its object keys in canonical order at every level. `plain` says
 * that `JSON.stringify(value)` *is* the canonical text, so that the value can travel by reference and be rendered by anybody.
 */
export interface Canonical<Value = unknown> {
  readonly value: Value;
  readonly plain: boolean;
}

/**
 * The canonical text of a JSON value as Pantahub writes it: no white space, keys by Unicode code point, integers as plain
 * digits, other numbers as `d.dE<exp>`, only the escapes that JSON requires. Throws `RangeError` for NaN and infinities.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value !== "object" || value === null) return value === undefined ? "null" : String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = value as Readonly<Record<string, unknown>>; // A non-array object of a JSON value.
  const keys = sortedKeys(members);
  return `{${keys.map((key) => `${canonicalString(key)}:${canonicalJson(members[key])}`).join(",")}}`;
}

/** Sorts the keys of a JSON value at every level. Parts that are sorted already are shared, not copied. */
export function canonicalise<Value>(value: Value): Canonical<Value> {
  const pass = { plain: true };
  const sorted = sort(value, pass) as Value; // Sorting keys does not change the type.
  return { value: sorted, plain: pass.plain };
}

/** True when a string looks the same in canonical JSON and in `JSON.stringify`. */
export const isPlainString = (text: string): boolean => !ODDLY_ESCAPED.test(text) && text.isWellFormed();

// `JSON.stringify` writes these with lower-case hex digits.
const ODDLY_ESCAPED = /[\u000b\u000e\u000f\u001a-\u001f]/;
const BEYOND_SIMPLE_ORDER = /[\ud800-\uffff]/;
const INTEGER_LIKE = /^(?:0|[1-9]\d{0,9})$/;

function sort(value: unknown, pass: { plain: boolean }): unknown {
  if (typeof value === "string") {
    if (!isPlainString(value)) pass.plain = false;
    return value;
  }
  if (typeof value === "number") {
    if (!Number.isInteger(value) || Math.abs(value) >= 1e21) pass.plain = false;
    return value;
  }
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? sortArray(value, pass) : sortObject(value as Record<string, unknown>, pass);
}

function sortArray(items: readonly unknown[], pass: { plain: boolean }): readonly unknown[] {
  let changed = false;
  const sorted = items.map((item) => {
    const next = sort(item, pass);
    changed ||= next !== item;
    return next;
  });
  return changed ? sorted : items;
}

function sortObject(members: Readonly<Record<string, unknown>>, pass: { plain: boolean }): object {
  const given = Object.keys(members);
  const keys = sortedKeys(members);
  let changed = keys.some((key, at) => key !== given[at]);
  const sorted: Record<string, unknown> = {};
  for (const key of keys) {
    // JavaScript puts integer-like keys first and gives `__proto__` a meaning: such objects need the text form.
    if (!isPlainString(key) || INTEGER_LIKE.test(key) || key === "__proto__") pass.plain = false;
    const next = sort(members[key], pass);
    changed ||= next !== members[key];
    if (key === "__proto__")
      Object.defineProperty(sorted, key, { value: next, enumerable: true, writable: true, configurable: true });
    else sorted[key] = next;
  }
  return changed ? sorted : members;
}

function sortedKeys(members: object): string[] {
  const keys = Object.keys(members);
  return keys.some((key) => BEYOND_SIMPLE_ORDER.test(key)) ? keys.sort(byCodePoint) : keys.sort();
}

/** UTF-16 order differs from code point order only where surrogates meet U+E000 … U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

function canonicalString(text: string): string {
  const quoted = JSON.stringify(text.toWellFormed());
  if (!ODDLY_ESCAPED.test(text)) return quoted;
  return quoted.replace(/\\(?:u00([01][0-9a-f])|.)/g, (sequence, hex: string | undefined) =>
    hex === undefined ? sequence : `\\u00${hex.toUpperCase()}`,
  );
}

function canonicalNumber(number: number): string {
  if (!Number.isFinite(number)) throw new RangeError(`${number} has no JSON form`);
  if (number === 0) return "0";
  if (Number.isInteger(number)) return Math.abs(number) < 1e21 ? String(number) : withoutExponent(number);
  const [digits = "", exponent = "0"] = number.toExponential().split("e");
  const mantissa = digits.includes(".") ? digits : `${digits}.0`;
  return `${mantissa}E${exponent.startsWith("+") ? exponent.slice(1) : exponent}`;
}

function withoutExponent(integer: number): string {
  const [digits = "", exponent = "0"] = integer.toExponential().split("e");
  const [whole = "", fraction = ""] = digits.split(".");
  return whole + fraction.padEnd(Number(exponent), "0");
}
