import type { LogQuery, Operator } from "./query.ts";

/** The values of a field of one entry; none when it has no such field. `addr` stands for both `src` and `dst`. */
export type FieldsOf = (field: string) => readonly string[];

/** Whether an entry fits a query. What an entry does not have fits only `neq` and `notin`. */
export function fits(query: LogQuery, fieldsOf: FieldsOf): boolean {
  switch (query.kind) {
    case "all":
      return true;
    case "and":
      return fits(query.left, fieldsOf) && fits(query.right, fieldsOf);
    case "or":
      return fits(query.left, fieldsOf) || fits(query.right, fieldsOf);
    case "not":
      return !fits(query.inner, fieldsOf);
    case "compare": {
      const values = fieldsOf(query.field);
      if (query.operator === "neq") return !values.some((value) => compare("eq", value, query.value));
      if (query.operator === "notin") return !values.some((value) => compare("in", value, query.value));
      return values.some((value) => compare(query.operator, value, query.value));
    }
  }
}

function compare(operator: Operator, value: string, wanted: string): boolean {
  switch (operator) {
    case "eq":
      return same(value, wanted);
    case "contains":
      return value.toLowerCase().includes(wanted.toLowerCase());
    case "geq":
      return order(value, wanted) >= 0;
    case "leq":
      return order(value, wanted) <= 0;
    case "gt":
      return order(value, wanted) > 0;
    case "lt":
      return order(value, wanted) < 0;
    case "in":
      return isWithin(value, wanted);
    case "neq":
    case "notin":
      return false; // answered by `fits` over all values
  }
}

const same = (value: string, wanted: string): boolean => value.toLowerCase() === wanted.toLowerCase();

const SEVERITIES = ["informational", "low", "medium", "high", "critical"];

/** Numbers as numbers, severities by their weight, all else as text: times are written so that this orders them. */
function order(value: string, wanted: string): number {
  const [a, b] = [weight(value), weight(wanted)];
  if (a !== undefined && b !== undefined) return a - b;
  return value < wanted ? -1 : value > wanted ? 1 : 0;
}

function weight(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const severity = SEVERITIES.indexOf(text.toLowerCase());
  return severity < 0 ? undefined : severity;
}

/** `10.0.0.1` in `10.0.0.0/8`; anything else must be the same. */
function isWithin(value: string, wanted: string): boolean {
  const [network = "", bits] = wanted.split("/");
  const [address, base] = [ipNumber(value), ipNumber(network)];
  if (address === undefined || base === undefined) return same(value, wanted);
  const length = bits === undefined ? 32 : Number(bits);
  if (!Number.isInteger(length) || length < 0 || length > 32) return false;
  const size = 2 ** (32 - length);
  return Math.floor(address / size) === Math.floor(base / size);
}

function ipNumber(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((number, part) => number * 256 + part, 0);
}
