import { type RawBuilder, sql } from "kysely";
import type { Column } from "../row-check.ts";
import { badSchema } from "../table-check.ts";
import type { Definer, FoundTable } from "./sql-engine.ts";
import { indexName, type SqlTable, VERSION } from "./sql-table.ts";

/** Creates the table, or adds columns that may be null, and creates missing indexes and views. Throws `bad-schema` where that is not enough. */
export async function defineTable(table: SqlTable, definer: Definer): Promise<void> {
  const found = await definer.find(table);
  if (found === undefined) await definer.run(createTable(table));
  else
    for (const column of missingColumns(table, found))
      await definer.run(text(table, sql`alter table ${sql.id(table.name)} add column ${declared(table, column)}`));
  for (const statement of createIndexes(table)) await definer.run(statement);
  const { view } = table.table;
  if (view !== undefined && table.dialect.hasViews)
    await definer.run(
      text(
        table,
        sql`create view if not exists ${sql.id(view.name)} as select ${sql.raw(view.columns)} from ${sql.id(table.name)}`,
      ),
    );
}

/** The columns to be added. */
function missingColumns(table: SqlTable, found: FoundTable): readonly Column[] {
  const primary = table.serial !== undefined && table.dialect.serialIsPrimary ? [table.serial.name] : table.table.key;
  if (primary.join() !== found.key.join())
    throw badSchema(table.table.name, `its key in the database is ${found.key.join(", ")}, not ${primary.join(", ")}`);
  const missing: Column[] = [];
  for (const column of table.columns) {
    const there = found.columns.find((known) => known.name === column.name);
    if (there === undefined) missing.push(column);
    else if (there.type !== typeName(table, column))
      throw badSchema(
        table.table.name,
        `column ${column.name} is of type ${there.type} in the database, not ${typeName(table, column)}`,
      );
    else if (there.nullable !== column.nullable)
      throw badSchema(
        table.table.name,
        `column ${column.name} ${there.nullable ? "may" : "may not"} be null in the database`,
      );
  }
  const strict = missing.find((column) => !column.nullable);
  if (strict !== undefined)
    throw badSchema(
      table.table.name,
      `column ${strict.name} is missing in the database and cannot be added, since it may not be null`,
    );
  const known = new Set([...table.columns.map((column) => column.name), VERSION]);
  const stranger = found.columns.find((column) => !known.has(column.name) && !column.nullable);
  if (stranger !== undefined)
    throw badSchema(table.table.name, `the database has a column ${stranger.name} that nothing would fill`);
  return missing;
}

/** The type's name alone, in lower case, as databases report it. */
const typeName = (table: SqlTable, column: Column): string =>
  table.dialect.declared[column.kind].toLowerCase().replace(/ (collate|generated) .*$/, "");

function declared(table: SqlTable, column: Column): RawBuilder<unknown> {
  const type = sql.raw(table.dialect.declared[column.kind]);
  const isPrimary = column === table.serial && table.dialect.serialIsPrimary;
  const rest = isPrimary ? " not null primary key autoincrement" : column.nullable ? "" : " not null";
  return sql`${sql.id(column.name)} ${type}${sql.raw(rest)}`;
}

function createTable(table: SqlTable): string {
  const columns = table.columns.map((column) => declared(table, column));
  columns.push(sql`${sql.id(VERSION)} ${sql.raw(table.dialect.declared.integer)} not null`);
  if (table.serial === undefined || !table.dialect.serialIsPrimary) {
    columns.push(sql`primary key (${sql.join(table.table.key.map((name) => sql.id(name)))})`);
  }
  return text(table, sql`create table ${sql.id(table.name)} (${sql.join(columns)})`);
}

function createIndexes(table: SqlTable): string[] {
  const { key, unique, indexes } = table.table;
  const sets = table.serial !== undefined && table.dialect.serialIsPrimary ? [key, ...unique] : unique;
  const ofUnique = sets.map((columns) => createIndex(table, columns, columns, "unique"));
  return [...ofUnique, ...indexes.map((columns) => createIndex(table, columns, withKey(columns, key), "index"))];
}

/** An index goes on by key, so that it gives rows in their total order. */
const withKey = (columns: readonly string[], key: readonly string[]): readonly string[] => [
  ...columns,
  ...key.filter((column) => !columns.includes(column)),
];

function createIndex(
  table: SqlTable,
  named: readonly string[],
  columns: readonly string[],
  kind: "index" | "unique",
): string {
  const unique = sql.raw(kind === "unique" ? "unique " : "");
  const name = sql.id(indexName(table.name, named, kind));
  const list = sql.join(columns.map((column) => table.dialect.indexed(table.column(column))));
  return text(table, sql`create ${unique}index if not exists ${name} on ${sql.id(table.name)} (${list})`);
}

const text = (table: SqlTable, query: RawBuilder<unknown>): string => query.compile(table.dialect.builder).sql;
