import { columnsOf } from "./row-check.ts";
import { StoreError, type Table } from "./store.ts";

const NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,47}$/;
const ORDERABLE = new Set(["serial", "text", "integer", "real", "boolean"]);

/** Throws `bad-schema` for a table that no form of store could keep. */
export function checkTable(table: Table<object>): void {
  const problem = problemOf(table);
  if (problem !== undefined) throw badSchema(table.name, problem);
}

export const badSchema = (table: string, problem: string): StoreError =>
  new StoreError("bad-schema", `Table ${table}: ${problem}.`, { table });

function problemOf(table: Table<object>): string | undefined {
  if (!NAME.test(table.name)) return "its name must be a letter followed by letters, digits, _ or -, at most 48 in all";
  const columns = columnsOf(table);
  const odd = columns.find((column) => !NAME.test(column.name));
  if (odd !== undefined) return `a column cannot be called ${JSON.stringify(odd.name)}`;
  if (columns.filter((column) => column.kind === "serial").length > 1) return "it has more than one serial column";
  if (table.key.length === 0) return "it has no key";
  for (const name of [table.key, ...table.unique, ...table.indexes].flat()) {
    const column = columns.find((known) => known.name === name);
    if (column === undefined) return `${String(name)} is no column`;
    if (!ORDERABLE.has(column.kind)) return `a ${column.kind} column (${column.name}) cannot be in a key or index`;
    if (column.nullable && table.key.includes(name)) return `the key column ${column.name} may not be null`;
  }
  return undefined;
}

/** Throws `bad-schema` unless both describe the same table. */
export function checkSameTable(known: Table<object>, given: Table<object>): void {
  if (JSON.stringify(shapeOf(known)) !== JSON.stringify(shapeOf(given))) {
    throw badSchema(given.name, "it was opened before with other columns, keys or indexes");
  }
}

const shapeOf = (table: Table<object>): unknown => [
  Object.entries<string>(table.columns).sort(([a], [b]) => (a < b ? -1 : 1)),
  table.key,
  table.unique,
  table.indexes,
];
