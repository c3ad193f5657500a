import type { CheckedQuery, Condition } from "../query-check.ts";
import { columnsOf } from "../row-check.ts";
import type { Table } from "../store.ts";

/** How a query finds its rows. `rest` are the conditions that each found row must still meet. */
export type Access =
  | { readonly kind: "key" | "unique"; readonly set: number; readonly values: readonly number[] }
  | {
      readonly kind: "sorted";
      readonly columns: readonly string[];
      readonly equal: readonly number[];
      readonly bounds: Bounds | undefined;
    }
  | { readonly kind: "scan" };

/** Bounds on the first column behind the equal ones. */
export interface Bounds {
  readonly column: string;
  readonly lower: Condition | undefined;
  readonly upper: Condition | undefined;
}

export interface Plan {
  readonly access: Access;
  readonly rest: readonly Condition[];
  /** Direction in which the sorted rows come in the wanted order; `undefined`: they are sorted afterwards. */
  readonly direction: "asc" | "desc" | undefined;
}

/** Chooses the way that leaves the least to look through: most equal columns, then a bound, then the right order. */
export function planQuery(table: Table<object>, query: CheckedQuery): Plan {
  const whole = wholeSet(table, query);
  if (whole !== undefined) return whole;
  const plans = [table.key, ...table.unique, ...table.indexes].map((columns) =>
    planSorted(withKey(columns, table), query),
  );
  const best = plans.reduce((one, other) => (weight(other) > weight(one) ? other : one));
  return weight(best) > 0 ? best : { access: { kind: "scan" }, rest: query.conditions, direction: undefined };
}

const withKey = (columns: readonly string[], table: Table<object>): readonly string[] => [
  ...columns,
  ...table.key.filter((column) => !columns.includes(column)),
];

const equalOn = (query: CheckedQuery, column: string): Condition | undefined =>
  query.conditions.find((condition) => condition.column === column && condition.comparison === "=");

function wholeSet(table: Table<object>, query: CheckedQuery): Plan | undefined {
  const nullable = new Set(columnsOf(table).flatMap((column) => (column.nullable ? [column.name] : [])));
  for (const [set, columns] of [table.key, ...table.unique].entries()) {
    const used = columns.flatMap((column) => equalOn(query, column) ?? []);
    if (used.length < columns.length || columns.some((column) => nullable.has(column))) continue;
    const rest = query.conditions.filter((condition) => !used.includes(condition));
    const values = used.map((condition) => condition.value);
    return { access: { kind: set === 0 ? "key" : "unique", set: set - 1, values }, rest, direction: "asc" };
  }
  return undefined;
}

function planSorted(columns: readonly string[], query: CheckedQuery): Plan {
  const equal: Condition[] = [];
  for (const column of columns) {
    const condition = equalOn(query, column);
    if (condition === undefined) break;
    equal.push(condition);
  }
  const bounds = boundsOn(columns[equal.length], query);
  const used = [...equal, bounds?.lower, bounds?.upper];
  return {
    access: { kind: "sorted", columns, equal: equal.map((condition) => condition.value), bounds },
    rest: query.conditions.filter((condition) => !used.includes(condition)),
    direction: directionOf(columns.slice(equal.length), query, new Set(equal.map((condition) => condition.column))),
  };
}

function boundsOn(column: string | undefined, query: CheckedQuery): Bounds | undefined {
  if (column === undefined) return undefined;
  const of = (...comparisons: readonly string[]): Condition | undefined =>
    query.conditions.find((condition) => condition.column === column && comparisons.includes(condition.comparison));
  const prefix = of("prefix");
  const bounds = { column, lower: prefix ?? of(">", ">="), upper: prefix ?? of("<", "<=") };
  return bounds.lower === undefined && bounds.upper === undefined ? undefined : bounds;
}

/** The direction in which rows sorted by `columns` come as wanted, given that the `fixed` columns are equal in all of them. */
function directionOf(columns: readonly string[], query: CheckedQuery, fixed: ReadonlySet<string>): Plan["direction"] {
  const wanted = query.order.filter(([column]) => !fixed.has(column));
  const direction = wanted[0]?.[1] ?? "asc";
  const fits = wanted.every(([column, its], at) => column === columns[at] && its === direction);
  return fits ? direction : undefined;
}

function weight(plan: Plan): number {
  if (plan.access.kind !== "sorted") return 0;
  const { equal, bounds } = plan.access;
  return equal.length * 4 + (bounds === undefined ? 0 : 2) + (plan.direction === undefined ? 0 : 1);
}
