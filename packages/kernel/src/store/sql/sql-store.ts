import { changeStore } from "../change-loop.ts";
import { CompiledQueries } from "../compiled-queries.ts";
import { checkValues } from "../query-check.ts";
import { checkRow } from "../row-check.ts";
import { type Finder, type Query, type Store, StoreError, type Table, type Write } from "../store.ts";
import type { SqlEngine, Step } from "./sql-engine.ts";
import { conflict } from "./sql-engine.ts";
import { SqlQuery } from "./sql-query.ts";
import type { SqlTable } from "./sql-table.ts";
import { bound, type Statement } from "./statement.ts";

interface OpenTable {
  readonly sql: SqlTable;
  readonly queries: CompiledQueries<SqlFinder>;
}

/** A stand-in's tables in a database. Which version of a row somebody read is remembered beside the row, not in it. */
export class SqlStore implements Store {
  readonly #engine: SqlEngine;
  readonly #tables = new Map<string, OpenTable>();
  readonly #versions = new WeakMap<object, number>();

  constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  get tables(): readonly SqlTable[] {
    return [...this.#tables.values()].map((table) => table.sql);
  }

  add(table: SqlTable): void {
    const read = (statement: Statement, values: readonly unknown[]): Promise<readonly object[]> =>
      this.#read(table, statement, values);
    const count = async (statement: Statement, values: readonly unknown[]): Promise<number> =>
      Number((await this.#engine.rows(statement, bound(statement, values)))[0]?.[0] ?? 0);
    const queries = new CompiledQueries((query) => new SqlFinder(table, new SqlQuery(table, query), { read, count }));
    this.#tables.set(table.table.name, { sql: table, queries });
  }

  async get<Row extends object>(from: Table<Row>, ...key: readonly (string | number)[]): Promise<Row | undefined> {
    const { sql } = this.#table(from);
    const [row] = await this.#read(sql, sql.get, key);
    return row as Row | undefined; // a table holds rows of its own type only
  }

  find<Row extends object>(from: Table<Row>, query: Query<Row>): Finder<Row> {
    return this.#table(from).queries.of(query as Query<object>) as unknown as Finder<Row>;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const written = new Map<object, number>();
    const steps = writes.map((write) => this.#step(write, written));
    await this.#engine.commit(steps);
    for (const [row, version] of written) this.#versions.set(Object.freeze(row), version);
  }

  change<Result>(
    decide: () => Promise<{ readonly writes: readonly Write[]; readonly result: Result }>,
  ): Promise<Result> {
    return changeStore(this, decide);
  }

  #table(table: Table<never>): OpenTable {
    const known = this.#tables.get(table.name);
    if (known !== undefined) return known;
    throw new StoreError("bad-schema", `Table ${table.name} was not opened.`, { table: table.name });
  }

  async #read(table: SqlTable, statement: Statement, values: readonly unknown[]): Promise<readonly object[]> {
    const found = await this.#engine.rows(statement, bound(statement, values));
    return found.map((fields) => {
      const row = table.decode(fields);
      this.#versions.set(row, Number(fields[table.columns.length]));
      return row;
    });
  }

  /** `written` gets the rows that count as read once the commit is through, with their versions. */
  #step(write: Write, written: Map<object, number>): Step {
    const { sql: table, queries } = this.#table(write.table);
    const step = (statement: Statement, values: readonly unknown[]): Step => {
      return { write, table, statement, parameters: bound(statement, values) };
    };
    switch (write.kind) {
      case "insert": {
        checkRow(table.table, table.columns, write.row);
        const version = newVersion();
        if (table.serial === undefined) written.set(write.row, version);
        return step(table.insert, [...table.values(write.row), version]);
      }
      case "replace": {
        checkRow(table.table, table.columns, write.row);
        const version = newVersion();
        const old = [...table.key(write.old), this.#versionOf(table, write.old, written)];
        written.set(write.row, version);
        return step(table.replace, [...table.values(write.row), version, ...old]);
      }
      case "remove":
        return step(table.remove, [...table.key(write.old), this.#versionOf(table, write.old, written)]);
      case "remove-where":
        return step(queries.of(write.query).removal(write.values), write.values);
    }
  }

  #versionOf(table: SqlTable, row: object, written: ReadonlyMap<object, number>): number {
    const version = written.get(row) ?? this.#versions.get(row);
    if (version === undefined) throw conflict(table, row);
    return version;
  }
}

/** Versions are only compared. By chance rather than by counting, a row that was removed and inserted again is another one. */
const newVersion = (): number => Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);

interface Reader {
  read(statement: Statement, values: readonly unknown[]): Promise<readonly object[]>;
  count(statement: Statement, values: readonly unknown[]): Promise<number>;
}

class SqlFinder implements Finder<object> {
  readonly #table: SqlTable;
  readonly #query: SqlQuery;
  readonly #reader: Reader;

  constructor(table: SqlTable, query: SqlQuery, reader: Reader) {
    this.#table = table;
    this.#query = query;
    this.#reader = reader;
  }

  async all(
    values: readonly unknown[],
    page?: { readonly limit?: number; readonly offset?: number },
  ): Promise<readonly object[]> {
    const { all, page: paged } = this.#statements(values);
    if (page?.limit === undefined && !page?.offset) return await this.#reader.read(all, values);
    if (page.limit !== undefined && page.limit <= 0) return [];
    return await this.#reader.read(paged, [...values, page.limit ?? Number.MAX_SAFE_INTEGER, page.offset ?? 0]);
  }

  async first(values: readonly unknown[]): Promise<object | undefined> {
    const [row] = await this.#reader.read(this.#statements(values).first, values);
    return row;
  }

  async count(values: readonly unknown[]): Promise<number> {
    return await this.#reader.count(this.#statements(values).count, values);
  }

  /** The statement that removes what matches. */
  removal(values: readonly unknown[]): Statement {
    return this.#statements(values).remove;
  }

  #statements(values: readonly unknown[]): ReturnType<SqlQuery["statements"]> {
    checkValues(this.#table.table, this.#query.checked.conditions, values);
    return this.#query.statements(values);
  }
}
