import pg from "pg";
import { StoreError } from "../store.ts";
import { PostgresSqlDialect } from "./postgres-dialect.ts";
import { postgresFailure } from "./postgres-failure.ts";
import { changesOne, conflict, type Definer, type FoundTable, type SqlEngine, type Step } from "./sql-engine.ts";
import type { SqlTable } from "./sql-table.ts";
import type { Statement } from "./statement.ts";

/** Connections kept to a server. */
const MAX_CONNECTIONS = 10;
/** How long to wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Number of the advisory lock under which tables are defined. */
const SCHEMA_LOCK = 7_400;

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const FLOAT8 = 701;

/** Values come as texts, and the dialect decodes them: `pg` would parse JSON, and give 64-bit integers as texts. */
const types = {
  getTypeParser(type: number): (text: string) => unknown {
    if (type === BOOL) return (text) => text === "t";
    if (type === INT8 || type === FLOAT8) return Number;
    return type === BYTEA ? pg.types.getTypeParser(BYTEA, "text") : (text) => text;
  },
};

/** A PostgreSQL server, for live labs. Any number of processes may share it. */
export class PostgresEngine implements SqlEngine {
  readonly dialect = new PostgresSqlDialect();
  readonly #pool: pg.Pool;
  readonly #place: string;

  private constructor(pool: pg.Pool, place: string) {
    this.#pool = pool;
    this.#place = place;
  }

  /** Connects once to see that all is well. Throws `unreachable`, or `bad-schema` when the database is not in UTF-8. */
  static async connect(url: string): Promise<PostgresEngine> {
    const place = withoutPassword(url);
    const pool = new pg.Pool({
      connectionString: url,
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      types,
    });
    pool.on("error", lost);
    pool.on("connect", (client) => client.on("error", lost));
    const engine = new PostgresEngine(pool, place);
    try {
      const { rows } = await pool.query("SHOW server_encoding");
      if (rows[0]?.server_encoding !== "UTF8") {
        throw new StoreError(
          "bad-schema",
          `${place} is in ${rows[0]?.server_encoding}; create the database with ENCODING 'UTF8'.`,
          { place },
        );
      }
      return engine;
    } catch (error) {
      await pool.end();
      throw postgresFailure(error, place);
    }
  }

  async rows(statement: Statement, parameters: readonly unknown[]): Promise<readonly (readonly unknown[])[]> {
    try {
      const result = await this.#pool.query({
        name: statement.name,
        text: statement.sql,
        values: [...parameters],
        rowMode: "array",
      });
      return result.rows;
    } catch (error) {
      throw postgresFailure(error, this.#place);
    }
  }

  async commit(steps: readonly Step[]): Promise<void> {
    const locks = serialLocks(steps);
    const [only, ...others] = steps;
    if (only === undefined) return;
    if (others.length === 0 && locks.length === 0) return await this.#run(this.#pool, only);
    await this.#transaction(async (client) => {
      for (const lock of locks) await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [lock]);
      for (const step of steps) await this.#run(client, step);
    });
  }

  async #run(on: pg.Pool | pg.PoolClient, step: Step): Promise<void> {
    try {
      const { name, sql: text } = step.statement;
      const { rowCount } = await on.query({ name, text, values: [...step.parameters] });
      if (changesOne(step) && rowCount !== 1) throw conflict(step.table, "old" in step.write ? step.write.old : {});
    } catch (error) {
      throw postgresFailure(error, this.#place, step.table);
    }
  }

  async #transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    let client: pg.PoolClient | undefined;
    try {
      client = await this.#pool.connect();
      await client.query("BEGIN");
      await work(client);
      await client.query("COMMIT");
      client.release();
    } catch (error) {
      await giveBack(client);
      throw postgresFailure(error, this.#place);
    }
  }

  async define(work: (definer: Definer) => Promise<void>): Promise<void> {
    await this.#transaction(async (client) => {
      await client.query("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
      await work({
        find: (table) => find(client, table),
        run: async (text) => void (await client.query(text)),
        serial: async (table) => (table.serial === undefined ? 0 : await lastSerial(client, table, table.serial.name)),
        setSerial: async (table, serial) => {
          if (table.serial === undefined) return;
          const sequence = "pg_get_serial_sequence(quote_ident($1), $2)";
          await client.query(`SELECT setval(${sequence}, greatest($3::bigint, 1), $3::bigint > 0)`, [
            table.name,
            table.serial.name,
            serial,
          ]);
        },
      });
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** A connection was lost: whoever waits for an answer on it gets the error, and the next use opens another. */
const lost = (): void => {};

/** Ends a failed transaction; a connection that cannot do even that is thrown away. */
async function giveBack(client: pg.PoolClient | undefined): Promise<void> {
  if (client === undefined) return;
  try {
    await client.query("ROLLBACK");
    client.release();
  } catch {
    client.release(true);
  }
}

/**
 * Tables whose serial numbers the steps draw. Without a lock, a transaction with a smaller number could commit after one with a larger
 * number, and whoever asks for "newer than the largest I know" would miss it. Sorted, so that no two commits wait for each other.
 */
function serialLocks(steps: readonly Step[]): readonly string[] {
  const drawing = steps.filter((step) => step.write.kind === "insert" && step.table.serial !== undefined);
  return [...new Set(drawing.map((step) => step.table.name))].sort();
}

async function find(client: pg.PoolClient, table: SqlTable): Promise<FoundTable | undefined> {
  const columns = await client.query(
    "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
    [table.name],
  );
  if (columns.rows.length === 0) return undefined;
  const key = await client.query(
    `SELECT a.attname AS name FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute a
     WHERE i.indrelid = to_regclass(quote_ident($1)) AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place`,
    [table.name],
  );
  return {
    columns: columns.rows.map((row) => ({
      name: row.column_name,
      type: row.data_type,
      nullable: row.is_nullable === "YES",
    })),
    key: key.rows.map((row) => row.name),
  };
}

async function lastSerial(client: pg.PoolClient, table: SqlTable, column: string): Promise<number> {
  const sequence = await client.query("SELECT pg_get_serial_sequence(quote_ident($1), $2) AS name", [
    table.name,
    column,
  ]);
  const last = await client.query(`SELECT last_value, is_called FROM ${sequence.rows[0]?.name}`);
  return last.rows[0]?.is_called ? Number(last.rows[0].last_value) : 0;
}

/** A URL for messages. */
function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return "the PostgreSQL server";
  return `postgres://${parsed.host}${parsed.pathname}`;
}
