import {
  insert,
  type PowerableStores,
  removeWhere,
  type Store,
  type StoresSnapshot,
  type Table,
  type TableSnapshot,
} from "../store.ts";
import { checkSameTable, checkTable } from "../table-check.ts";
import { defineTable } from "./schema.ts";
import type { SqlEngine, Step } from "./sql-engine.ts";
import { SqlStore } from "./sql-store.ts";
import { SqlTable } from "./sql-table.ts";
import { bound, statementOf } from "./statement.ts";

/** The stores of a database: each stand-in's tables carry its name. */
export class SqlStores implements PowerableStores {
  readonly #engine: SqlEngine;
  readonly #stores = new Map<string, SqlStore>();
  #restored: StoresSnapshot | undefined;

  constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  async open(name: string, tables: readonly Table<never>[]): Promise<Store> {
    const store = this.#stores.get(name) ?? new SqlStore(this.#engine);
    this.#stores.set(name, store);
    const missing: SqlTable[] = [];
    for (const table of tables as readonly Table<object>[]) {
      checkTable(table);
      const known = store.tables.find((opened) => opened.table.name === table.name);
      if (known === undefined) missing.push(new SqlTable(table, name, this.#engine.dialect));
      else checkSameTable(known.table, table);
    }
    if (missing.length === 0) return store;
    await this.#engine.define(async (definer) => {
      for (const table of missing) await defineTable(table, definer);
    });
    for (const table of missing) {
      if (this.#restored !== undefined) await this.#load(table, this.#restored[name]?.[table.table.name]);
      store.add(table);
    }
    return store;
  }

  async snapshot(): Promise<StoresSnapshot> {
    const stores: Record<string, Record<string, TableSnapshot>> = {};
    await this.#engine.define(async (definer) => {
      for (const [name, store] of this.#stores) {
        const tables: Record<string, TableSnapshot> = {};
        for (const table of store.tables) {
          tables[table.table.name] = {
            serial: await definer.serial(table),
            rows: await store.find(table.table, {}).all([]),
          };
        }
        stores[name] = tables;
      }
    });
    return stores;
  }

  async restore(snapshot: StoresSnapshot): Promise<void> {
    this.#stores.clear();
    this.#restored = snapshot;
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  /** Replaces a table's rows by those of a snapshot. */
  async #load(table: SqlTable, snapshot: TableSnapshot | undefined): Promise<void> {
    const { rows, serial } = snapshot ?? { rows: [], serial: 0 };
    const empty = statementOf(this.#engine.dialect.builder.deleteFrom(table.name));
    const clear: Step = { write: removeWhere(table.table, {}, []), table, statement: empty, parameters: [] };
    const inserts = rows.map((row): Step => {
      return {
        write: insert(table.table, row),
        table,
        statement: table.load,
        parameters: bound(table.load, [...table.values(row), 0]),
      };
    });
    await this.#engine.commit([clear, ...inserts]);
    await this.#engine.define((definer) => definer.setSerial(table, serial));
  }
}
