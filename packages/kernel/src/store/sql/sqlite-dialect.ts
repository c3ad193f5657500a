import {
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import type { Column } from "../row-check.ts";
import type { AnyTables, SqlDialect } from "./dialect.ts";

/** SQLite: booleans are 0 and 1; a serial number is the rowid, so that it is never given twice. */
export class SqliteSqlDialect implements SqlDialect {
  readonly builder = new Kysely<AnyTables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  readonly serialIsPrimary = true;
  readonly hasViews = true;
  readonly declared = {
    serial: "INTEGER",
    text: "TEXT",
    integer: "INTEGER",
    real: "REAL",
    boolean: "BOOLEAN",
    json: "JSON TEXT",
    bytes: "BLOB",
  };

  encode(kind: Column["kind"], value: unknown): unknown {
    if (kind === "json") return JSON.stringify(value);
    return typeof value === "boolean" ? Number(value) : value;
  }

  decode(kind: Column["kind"], value: unknown): unknown {
    if (kind === "json") return JSON.parse(String(value));
    return kind === "boolean" ? value === 1 : value;
  }

  indexed(column: Column): RawBuilder<unknown> {
    return sql`${sql.id(column.name)}`;
  }

  ordered(column: Column, direction: "asc" | "desc"): RawBuilder<unknown> {
    return sql`${sql.id(column.name)} ${sql.raw(direction)}`;
  }

  isIn(column: Column, list: RawBuilder<unknown>): RawBuilder<boolean> {
    return sql<boolean>`${sql.id(column.name)} in (select value from json_each(${list}))`;
  }

  encodeList(_column: Column, values: readonly unknown[]): unknown {
    return JSON.stringify(values);
  }
}
