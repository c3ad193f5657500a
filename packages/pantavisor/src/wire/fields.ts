/** What a parser gives where input may be wrong: the value, or where and how it differs from what was expected. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export const good = <T>(value: T): Read<T> => ({ ok: true, value });
export const bad = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem });

export type UnknownRecord = Readonly<Record<string, unknown>>;

/** True for JSON objects; arrays and null are none. */
export const isRecord = (value: unknown): value is UnknownRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The own member of that name; `undefined` when there is none. Names like `__proto__` are plain names here. */
export const member = (record: UnknownRecord, key: string): unknown =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** The member when it is a text. */
export function textAt(record: UnknownRecord, key: string): string | undefined {
  const value = member(record, key);
  return typeof value === "string" ? value : undefined;
}

/** The member when it is a whole number that JSON carries exactly. */
export function integerAt(record: UnknownRecord, key: string): number | undefined {
  const value = member(record, key);
  return Number.isSafeInteger(value) ? (value as number) : undefined; // isSafeInteger holds for numbers only
}

/** The member when it is an object. */
export function recordAt(record: UnknownRecord, key: string): UnknownRecord | undefined {
  const value = member(record, key);
  return isRecord(value) ? value : undefined;
}

/** Text as JSON; `undefined` when it is not JSON. */
export function parseJsonOrNothing(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined; // not being JSON is the answer
  }
}
