import { type ColumnType, StoreError, type Table } from "./store.ts";

/** A table's columns, ready for checking and binding. */
export interface Column {
  readonly name: string;
  readonly kind: "serial" | "text" | "integer" | "real" | "boolean" | "json" | "bytes";
  readonly nullable: boolean;
}

export function columnsOf(table: Table<object>): readonly Column[] {
  return Object.entries<ColumnType>(table.columns).map(([name, type]) => {
    const nullable = type.endsWith("?");
    return { name, kind: (nullable ? type.slice(0, -1) : type) as Column["kind"], nullable }; // ColumnType is kind plus "?"
  });
}

/**
 * Throws `failed` unless the row has exactly the table's members with values that every form of store takes: so a mistake shows with the
 * memory store as it would with PostgreSQL. Texts must be well-formed and without NUL, numbers finite, integers exact.
 */
export function checkRow(table: Table<object>, columns: readonly Column[], row: object): void {
  for (const column of columns) {
    const value = (row as Record<string, unknown>)[column.name];
    if (value === null ? column.nullable || column.kind === "json" : fits(column.kind, value)) continue;
    throw badRow(
      table,
      `column ${column.name} (${column.kind}${column.nullable ? "?" : ""}) cannot hold ${describe(value)}`,
      column.name,
    );
  }
  if (Object.keys(row).length !== columns.length) {
    const stranger = Object.keys(row).find((name) => !(name in table.columns));
    throw badRow(table, `${stranger} is no column`, stranger);
  }
}

function fits(kind: Column["kind"], value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
    case "serial":
    case "integer":
      return Number.isSafeInteger(value);
    case "real":
      return Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "json":
      return value !== undefined;
    case "bytes":
      return value instanceof Uint8Array;
  }
}

const describe = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, 100))
    : value === undefined
      ? "undefined"
      : `a value of type ${typeof value}`;

const badRow = (table: Table<object>, problem: string, column: string | undefined): StoreError =>
  new StoreError("failed", `A row does not fit table ${table.name}: ${problem}.`, { table: table.name, column });
