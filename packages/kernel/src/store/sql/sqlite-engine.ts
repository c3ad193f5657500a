import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { messageOf } from "../../errors/understudy-error.ts";
import { makeFolderSync } from "../../storage/directory/make-folder.ts";
import { sqliteProblem } from "../../storage/sqlite-problem.ts";
import { StoreError } from "../store.ts";
import {
  changesOne,
  conflict,
  type Definer,
  exists,
  type FoundTable,
  type SqlEngine,
  type Step,
} from "./sql-engine.ts";
import type { SqlTable } from "./sql-table.ts";
import { SqliteSqlDialect } from "./sqlite-dialect.ts";
import type { Statement } from "./statement.ts";

/** How long a write waits for another process that is writing, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

/** Most memory for pages of the file, in KiB. */
const CACHE_KIB = 65_536;

/** What `node:sqlite` takes and gives. */
type SqliteValue = null | number | bigint | string | NodeJS.ArrayBufferView;

/** One SQLite file. Everything runs at once, in this thread; other processes may use the file too. */
export class SqliteEngine implements SqlEngine {
  readonly dialect = new SqliteSqlDialect();
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #prepared = new WeakMap<Statement, StatementSync>();
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  /** While tables are defined no commit may come in between: there is but one transaction per connection. */
  #defining: Promise<void> | undefined;

  /** Opens the file and makes it when it is missing. Throws `in-use`, `read-only` or `failed`. */
  constructor(file: string) {
    this.#file = file;
    let database: DatabaseSync | undefined;
    try {
      makeFolderSync(dirname(file));
      database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIB}`);
      database.exec("BEGIN IMMEDIATE; PRAGMA user_version = 1; COMMIT"); // a file that cannot be written shows here, and not at the first commit
      this.#begin = database.prepare("BEGIN IMMEDIATE");
      this.#commit = database.prepare("COMMIT");
    } catch (error) {
      database?.close();
      throw this.#failure(error);
    }
    this.#database = database;
  }

  rows(statement: Statement, parameters: readonly unknown[]): readonly (readonly unknown[])[] {
    try {
      return this.#prepare(statement).all(...(parameters as readonly SqliteValue[])) as unknown as unknown[][]; // arrays, as set up
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async commit(steps: readonly Step[]): Promise<void> {
    while (this.#defining !== undefined) await this.#defining;
    let current: Step | undefined;
    try {
      this.#begin.run();
      for (const step of steps) {
        current = step;
        const { changes } = this.#prepare(step.statement).run(...(step.parameters as readonly SqliteValue[]));
        if (changesOne(step) && changes !== 1) throw conflict(step.table, "old" in step.write ? step.write.old : {});
      }
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw this.#failure(error, current?.table);
    }
  }

  async define(work: (definer: Definer) => Promise<void>): Promise<void> {
    while (this.#defining !== undefined) await this.#defining;
    const defining = Promise.withResolvers<void>();
    this.#defining = defining.promise;
    try {
      this.#begin.run();
      await work({
        find: async (table) => this.#find(table),
        run: async (text) => this.#database.exec(text),
        serial: async (table) => this.#serial(table),
        setSerial: async (table, serial) => this.#setSerial(table, serial),
      });
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw this.#failure(error);
    } finally {
      this.#defining = undefined;
      defining.resolve();
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #prepare(statement: Statement): StatementSync {
    let prepared = this.#prepared.get(statement);
    if (prepared === undefined) {
      prepared = this.#database.prepare(statement.sql);
      prepared.setReturnArrays(true);
      this.#prepared.set(statement, prepared);
    }
    return prepared;
  }

  #find(table: SqlTable): FoundTable | undefined {
    const columns = this.#database
      .prepare('SELECT name, lower(type) AS type, "notnull", pk FROM pragma_table_info(?)')
      .all(table.name);
    if (columns.length === 0) return undefined;
    const key = columns.filter((column) => Number(column["pk"]) > 0).sort((a, b) => Number(a["pk"]) - Number(b["pk"]));
    return {
      columns: columns.map(({ name, type, notnull }) => ({
        name: String(name),
        type: String(type),
        nullable: notnull === 0,
      })),
      key: key.map((column) => String(column["name"])),
    };
  }

  #serial(table: SqlTable): number {
    if (table.serial === undefined) return 0;
    return Number(
      this.#database.prepare("SELECT seq FROM sqlite_sequence WHERE name = ?").get(table.name)?.["seq"] ?? 0,
    );
  }

  #setSerial(table: SqlTable, serial: number): void {
    if (table.serial === undefined) return;
    this.#database.prepare("DELETE FROM sqlite_sequence WHERE name = ?").run(table.name);
    this.#database.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)").run(table.name, serial);
  }

  #failure(error: unknown, table?: SqlTable): StoreError {
    if (error instanceof StoreError) return error;
    const details = { file: this.#file };
    switch (sqliteProblem(error)) {
      case "constraint":
        if (table !== undefined) return exists(table, violated(table, messageOf(error)));
        break;
      case "in-use":
        return new StoreError(
          "in-use",
          `${this.#file} is in use by another process that does not let go of it.`,
          details,
          { cause: error },
        );
      case "full":
        return new StoreError("full", `No space is left for ${this.#file}.`, details, { cause: error });
      case "read-only":
        return new StoreError("read-only", `${this.#file} cannot be written: ${messageOf(error)}.`, details, {
          cause: error,
        });
      default:
    }
    return new StoreError("failed", `${this.#file}: ${messageOf(error)}.`, details, { cause: error });
  }
}

/** SQLite tells the columns of a broken unique set in no other way than at the end of its message: `table.a, table.b`. */
function violated(table: SqlTable, message: string): readonly string[] {
  const sets: readonly (readonly string[])[] = [...table.table.unique, table.table.key];
  return (
    sets.find((columns) => message.endsWith(` ${columns.map((column) => `${table.name}.${column}`).join(", ")}`)) ??
    table.table.key
  );
}
