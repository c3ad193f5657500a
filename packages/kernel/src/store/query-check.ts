import { columnsOf } from "./row-check.ts";
import { type Comparison, type Query, StoreError, type Table } from "./store.ts";

/** One condition of a query with the place of its value. */
export interface Condition {
  readonly column: string;
  readonly comparison: Comparison;
  readonly value: number;
}

/** A query as both forms of store carry it out: order complete, conditions numbered. */
export interface CheckedQuery {
  readonly conditions: readonly Condition[];
  readonly order: readonly (readonly [column: string, direction: "asc" | "desc"])[];
}

/** Checks a query against its table. Throws `bad-schema` for unknown columns and for comparisons that a column has not. */
export function checkQuery(table: Table<object>, query: Query<object>): CheckedQuery {
  const columns = new Map(columnsOf(table).map((column) => [column.name, column]));
  const conditions = (query.where ?? []).map(([column, comparison], value) => ({
    column: String(column),
    comparison,
    value,
  }));
  for (const { column, comparison } of conditions) {
    const known = columns.get(column);
    if (known === undefined) throw badQuery(table, `${column} is no column`);
    if (
      (known.kind === "json" || known.kind === "bytes") &&
      !(known.nullable && (comparison === "=" || comparison === "!="))
    ) {
      throw badQuery(table, `the ${known.kind} column ${column} can only be compared with null`);
    }
    if (comparison === "prefix" && known.kind !== "text")
      throw badQuery(table, `${column} is no text and has no prefix`);
  }
  const given = (query.order ?? []).map(([column, direction]) => [String(column), direction] as const);
  const odd = given.find(([column]) => ["json", "bytes", undefined].includes(columns.get(column)?.kind));
  if (odd !== undefined) throw badQuery(table, `it cannot be ordered by ${odd[0]}`);
  const direction = given.at(-1)?.[1] ?? "asc";
  const rest = table.key.filter((column) => !given.some(([ordered]) => ordered === column));
  return { conditions, order: [...given, ...rest.map((column) => [String(column), direction] as const)] };
}

/** Throws `failed` unless there is one value for each condition. */
export function checkValues(table: Table<object>, conditions: readonly Condition[], values: readonly unknown[]): void {
  if (values.length !== conditions.length) {
    throw new StoreError(
      "failed",
      `A query of ${table.name} has ${conditions.length} conditions, but ${values.length} values came.`,
      {
        table: table.name,
      },
    );
  }
  for (const { comparison, column, value } of conditions) {
    if (values[value] === undefined || (comparison === "in" && !Array.isArray(values[value]))) {
      throw new StoreError("failed", `A query of ${table.name} has no usable value for ${column}.`, {
        table: table.name,
        column,
      });
    }
  }
}

const badQuery = (table: Table<object>, problem: string): StoreError =>
  new StoreError("bad-schema", `A query of table ${table.name} cannot be answered: ${problem}.`, { table: table.name });
