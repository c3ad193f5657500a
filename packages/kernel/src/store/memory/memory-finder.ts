import { compareText } from "../../storage/text-order.ts";
import { type CheckedQuery, type Condition, checkQuery, checkValues } from "../query-check.ts";
import type { Finder, Query, Table } from "../store.ts";
import { compareValues, type Scalar } from "../value-order.ts";
import { type Access, type Bounds, type Plan, planQuery } from "./plan.ts";
import type { SortedRows, Span } from "./sorted-rows.ts";

type Fields = Readonly<Record<string, Scalar>>;

/** What a finder needs of its table. */
export interface RowSource {
  readonly table: Table<object>;
  rows(): Iterable<object>;
  get(key: readonly Scalar[]): object | undefined;
  getUnique(set: number, values: readonly Scalar[]): object | undefined;
  sorted(columns: readonly string[]): SortedRows;
}

/** Answers one query of a table in memory. */
export class MemoryFinder implements Finder<object> {
  readonly #table: RowSource;
  readonly #query: CheckedQuery;
  readonly #plan: Plan;

  constructor(table: RowSource, query: Query<object>) {
    this.#table = table;
    this.#query = checkQuery(table.table, query);
    this.#plan = planQuery(table.table, this.#query);
  }

  async all(
    values: readonly unknown[],
    page?: { readonly limit?: number; readonly offset?: number },
  ): Promise<readonly object[]> {
    return this.find(values, page?.limit ?? Number.POSITIVE_INFINITY, page?.offset ?? 0);
  }

  async first(values: readonly unknown[]): Promise<object | undefined> {
    return this.find(values, 1, 0)[0];
  }

  async count(values: readonly unknown[]): Promise<number> {
    const { access, rest } = this.#plan;
    checkValues(this.#table.table, this.#query.conditions, values);
    if (access.kind !== "sorted" || rest.length > 0) return this.find(values, Number.POSITIVE_INFINITY, 0).length;
    const sorted = this.#table.sorted(access.columns);
    return sorted.count(spanOf(sorted, access, values));
  }

  /** The rows that match, in order. Synchronous: a commit uses it too. */
  find(values: readonly unknown[], limit: number, offset: number): object[] {
    checkValues(this.#table.table, this.#query.conditions, values);
    const { access, rest, direction } = this.#plan;
    if (limit <= 0) return [];
    const matches = (row: object): boolean => rest.every((condition) => meets(row as Fields, condition, values));
    const found: object[] = [];
    if (access.kind === "sorted" && direction !== undefined) {
      const sorted = this.#table.sorted(access.columns);
      let toSkip = rest.length === 0 ? 0 : offset;
      sorted.visit(spanOf(sorted, access, values), direction, rest.length === 0 ? offset : 0, (row) => {
        if (matches(row) && --toSkip < 0) found.push(row);
        return found.length < limit;
      });
      return found;
    }
    for (const row of this.#candidates(access, values)) if (matches(row)) found.push(row);
    if (found.length > 1) found.sort((a, b) => this.#order(a as Fields, b as Fields));
    return found.slice(offset, offset + limit);
  }

  #candidates(access: Access, values: readonly unknown[]): Iterable<object> {
    switch (access.kind) {
      case "scan":
        return this.#table.rows();
      case "key":
      case "unique": {
        const wanted = access.values.map((at) => values[at] as Scalar);
        const row = access.kind === "key" ? this.#table.get(wanted) : this.#table.getUnique(access.set, wanted);
        return row === undefined ? [] : [row];
      }
      case "sorted": {
        const rows: object[] = [];
        const sorted = this.#table.sorted(access.columns);
        sorted.visit(spanOf(sorted, access, values), "asc", 0, (row) => {
          rows.push(row);
          return true;
        });
        return rows;
      }
    }
  }

  #order(a: Fields, b: Fields): number {
    for (const [column, direction] of this.#query.order) {
      const order = compareValues(a[column] ?? null, b[column] ?? null);
      if (order !== 0) return direction === "asc" ? order : -order;
    }
    return 0;
  }
}

function spanOf(sorted: SortedRows, access: Access & { readonly kind: "sorted" }, values: readonly unknown[]): Span {
  const wanted = access.equal.map((at) => values[at] as Scalar);
  const columns = access.columns;
  const toEqual = (row: object): number => {
    for (let at = 0; at < wanted.length; at++) {
      const order = compareValues((row as Fields)[columns[at] ?? ""] ?? null, wanted[at] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  };
  const { bounds } = access;
  if (bounds === undefined) {
    if (wanted.length === 0) return sorted.whole;
    return { from: sorted.position((row) => toEqual(row) < 0), to: sorted.position((row) => toEqual(row) <= 0) };
  }
  const before = (row: object, isBefore: (value: Scalar) => boolean): boolean => {
    const order = toEqual(row);
    return order < 0 || (order === 0 && isBefore((row as Fields)[bounds.column] ?? null));
  };
  const isBelow = belowOf(bounds, values);
  const isWithin = withinOf(bounds, values);
  const from = sorted.position((row) => before(row, isBelow));
  const to = sorted.position((row) => before(row, (value) => isBelow(value) || isWithin(value)));
  return { from, to };
}

/** Whether a value lies below the lower bound; null lies below every bound, and everything below a bound that is null. */
function belowOf({ lower }: Bounds, values: readonly unknown[]): (value: Scalar) => boolean {
  if (lower === undefined) return (value) => value === null;
  const bound = values[lower.value] as Scalar;
  if (bound === null) return () => true;
  if (lower.comparison === ">") return (value) => value === null || compareValues(value, bound) <= 0;
  return (value) => value === null || compareValues(value, bound) < 0;
}

/** Whether a value that is not below the lower bound is not above the upper one. */
function withinOf({ upper }: Bounds, values: readonly unknown[]): (value: Scalar) => boolean {
  if (upper === undefined) return () => true;
  const bound = values[upper.value] as Scalar;
  if (bound === null) return () => false;
  switch (upper.comparison) {
    case "<":
      return (value) => compareValues(value, bound) < 0;
    case "<=":
      return (value) => compareValues(value, bound) <= 0;
    default:
      return (value) => String(value).startsWith(String(bound)) || compareText(String(value), String(bound)) < 0;
  }
}

function meets(row: Fields, { column, comparison, value: at }: Condition, values: readonly unknown[]): boolean {
  const value = row[column] ?? null;
  const wanted = values[at];
  if (comparison === "=") return value === wanted;
  if (value === null) return false;
  if (comparison === "!=") return value !== wanted;
  if (comparison === "in") return (wanted as readonly unknown[]).includes(value);
  if (wanted === null) return false;
  if (comparison === "prefix") return String(value).startsWith(String(wanted));
  const order = compareValues(value, wanted as Scalar);
  switch (comparison) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}
