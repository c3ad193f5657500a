import { parseQuery } from "@understudy/kernel";
import { isFinalStatus } from "../../wire/pantahub/progress.ts";

/** Which steps a list is asked for, and how they are to be shown. */
export interface StepFilter {
  /** By status; `undefined`: the default of whoever asks. */
  readonly status: StatusTest | undefined;
  readonly limit: number | undefined;
  readonly offset: number;
  /** Members to show, or to leave out; `undefined`: all. */
  readonly fields: { readonly shown: readonly string[]; readonly hidden: readonly string[] } | undefined;
}

/** A question about a status. */
export interface StatusTest {
  /** The statuses that pass, where they can be listed: then an index answers. */
  readonly listed: readonly string[] | undefined;
  /** Only statuses that are not final pass. */
  readonly openOnly: boolean;
  passes(status: string): boolean;
}

/** Queries remembered: devices ask the same one all the time. */
const REMEMBERED = 32;

/** Reads the query of `GET …/steps`. What a filter does not understand passes nothing. */
export class StepFilters {
  readonly #known = new Map<string, StepFilter>();

  read(search: string): StepFilter {
    const known = this.#known.get(search);
    if (known !== undefined) return known;
    const filter = parseStepFilter(search);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(search, filter);
    return filter;
  }
}

export function parseStepFilter(search: string): StepFilter {
  const query = parseQuery(search);
  const one = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === "string" ? value : value?.at(-1);
  };
  const status = one("progress.status");
  return {
    status: status === undefined ? undefined : statusTest(status),
    limit: count(one("page[size]")),
    offset: count(one("page[offset]")) ?? 0,
    fields: fieldsOf(one("fields")),
  };
}

const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

function fieldsOf(text: string | undefined): StepFilter["fields"] {
  const names = (text ?? "").split(",").filter((name) => name !== "");
  if (names.length === 0) return undefined;
  const hidden = names.filter((name) => name.startsWith("-")).map((name) => name.slice(1));
  return { shown: names.filter((name) => !name.startsWith("-")), hidden };
}

/** A plain text is meant to be equal; a JSON object has Mongo's operators. */
function statusTest(text: string): StatusTest {
  if (!text.startsWith("{")) return oneOf([text]);
  const asked = objectOf(text);
  const tests =
    asked === undefined
      ? [NOTHING]
      : Object.entries(asked).map(([operator, operand]) => operatorTest(operator, operand));
  const [first = NOTHING] = tests;
  if (tests.length === 1) return first;
  return predicate((status) => tests.every((test) => test.passes(status)));
}

function operatorTest(operator: string, operand: unknown): StatusTest {
  switch (operator) {
    case "$eq":
      return oneOf([operand]);
    case "$in":
      return Array.isArray(operand) ? oneOf(operand) : NOTHING;
    case "$ne":
      return predicate((status) => status !== operand);
    case "$nin":
      return Array.isArray(operand) ? predicate((status) => !operand.includes(status)) : NOTHING;
    case "$exists":
      return predicate(() => operand === true || operand === 1);
    default:
      return NOTHING;
  }
}

/** More statuses than this are not listed in one question. */
const MOST_LISTED = 32;

function oneOf(values: readonly unknown[]): StatusTest {
  const listed = values.filter((value) => typeof value === "string").slice(0, MOST_LISTED);
  return { listed, openOnly: !listed.some(isFinalStatus), passes: (status) => listed.includes(status) };
}

const predicate = (passes: (status: string) => boolean): StatusTest => ({ listed: undefined, openOnly: false, passes });
const NOTHING: StatusTest = oneOf([]);

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
