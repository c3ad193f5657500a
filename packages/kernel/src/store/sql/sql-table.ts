import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import { type Column, columnsOf } from "../row-check.ts";
import type { Table } from "../store.ts";
import type { SqlDialect } from "./dialect.ts";
import { type Binding, Slot, type Statement, slot, statementOf } from "./statement.ts";

/** The column that says whether a row was changed. No table can have one of that name itself. */
export const VERSION = "_version";

/**
 * A table as the database has it, with its statements built. Values come as: the row's columns in order, then the new version, then the
 * old row's key and version.
 */
export class SqlTable {
  readonly table: Table<object>;
  readonly name: string;
  readonly columns: readonly Column[];
  readonly serial: Column | undefined;
  readonly dialect: SqlDialect;
  readonly get: Statement;
  readonly insert: Statement;
  /** Also fills a serial column as told. */
  readonly load: Statement;
  readonly replace: Statement;
  readonly remove: Statement;

  constructor(table: Table<object>, owner: string, dialect: SqlDialect) {
    this.table = table;
    this.name = nameInDatabase(owner, table.name);
    this.columns = columnsOf(table);
    this.serial = this.columns.find((column) => column.kind === "serial");
    this.dialect = dialect;
    const { builder } = dialect;
    const parameters = this.columns.map((column, at) => [column.name, slot(at, this.#encoder(column))] as const);
    const version = [VERSION, slot(this.columns.length)] as const;
    const filled = Object.fromEntries([...parameters, version]);
    const inserted = Object.fromEntries([...parameters, version].filter(([name]) => name !== this.serial?.name));
    this.get = statementOf(builder.selectFrom(this.name).select(this.selected).where(this.#keyFrom(0)));
    this.insert = statementOf(builder.insertInto(this.name).values(inserted));
    this.load = statementOf(builder.insertInto(this.name).values(filled));
    this.replace = statementOf(
      builder
        .updateTable(this.name)
        .set(filled)
        .where(this.#rowFrom(this.columns.length + 1)),
    );
    this.remove = statementOf(builder.deleteFrom(this.name).where(this.#rowFrom(0)));
  }

  /** What a query asks for: the columns in order, then the version. */
  get selected(): string[] {
    return [...this.columns.map((column) => column.name), VERSION];
  }

  column(name: string): Column {
    const column = this.columns.find((known) => known.name === name);
    if (column === undefined) throw new Error(`${name} is no column of ${this.table.name}`);
    return column;
  }

  /** The values of a row's columns, in order. */
  values(row: object): unknown[] {
    return this.columns.map((column) => (row as Record<string, unknown>)[column.name]);
  }

  /** The values of a row's key. */
  key(row: object): unknown[] {
    return this.table.key.map((column) => (row as Record<string, unknown>)[column]);
  }

  /** A row out of the selected values. */
  decode(values: readonly unknown[]): object {
    const row: Record<string, unknown> = {};
    for (const [at, column] of this.columns.entries()) {
      const value = values[at];
      row[column.name] = value === null ? null : this.dialect.decode(column.kind, value);
    }
    return Object.freeze(row);
  }

  /** How a column's value is passed; null stays null where it may be. */
  #encoder(column: Column): (value: unknown) => unknown {
    return (value) => (value === null && column.nullable ? null : this.dialect.encode(column.kind, value));
  }

  #keyFrom(first: number): RawBuilder<boolean> {
    const parts = this.table.key.map(
      (name, at) => sql`${sql.id(name)} = ${slot(first + at, this.#encoder(this.column(name)))}`,
    );
    return sql<boolean>`${sql.join(parts, sql` and `)}`;
  }

  #rowFrom(first: number): RawBuilder<boolean> {
    const version: Binding = (values) => values[first + this.table.key.length];
    return sql<boolean>`${this.#keyFrom(first)} and ${sql.id(VERSION)} = ${new Slot(version)}`;
  }
}

/** PostgreSQL cuts longer names off. */
const MAX_NAME = 60;

/**
 * A table's name in the database: owner and table with `__` between. What is not a small letter, digit or `-` in the owner is written
 * as `_` and two or more hex digits, so that no two tables share a name.
 */
export function nameInDatabase(owner: string, table: string): string {
  const escaped = owner.replaceAll(
    /[^a-z0-9-]/gu,
    (character) => `_${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`,
  );
  return shortened(`${escaped}__${table}`);
}

/** A name for an index or key, the same at every start. */
export const indexName = (table: string, columns: readonly string[], kind: "index" | "unique"): string =>
  shortened(`${table}_${columns.join("_")}_${kind}`, columns.join("\0"));

function shortened(name: string, also = ""): string {
  if (name.length <= MAX_NAME && also.replaceAll("\0", "").search(/_/) < 0) return name;
  const digest = createHash("sha256").update(`${name}\0${also}`).digest("hex").slice(0, 12);
  return `${name.slice(0, MAX_NAME - 13)}_${digest}`;
}
