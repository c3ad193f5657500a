import { changeStore } from "./change-loop.ts";
import { MemoryTable, type Undo } from "./memory/memory-table.ts";
import type { Finder, PowerableStores, Query, Store, StoresSnapshot, Table, TableSnapshot, Write } from "./store.ts";
import { StoreError } from "./store.ts";
import { checkSameTable, checkTable } from "./table-check.ts";
import type { Scalar } from "./value-order.ts";

/**
 * Tables in memory. A row that was written is the very object that will be read. A commit runs in one go; what it wrote survives a
 * power cut because the store belongs to the ground, and is lost with the process.
 */
export class MemoryStore implements Store {
  readonly #tables = new Map<string, MemoryTable>();
  /** Tables of a restored snapshot that were not opened since. */
  #waiting: Readonly<Record<string, TableSnapshot>> = {};

  /** Adds the tables that are missing; throws `bad-schema` for one that differs from its namesake. */
  add(tables: readonly Table<never>[]): void {
    for (const table of tables as readonly Table<object>[]) {
      checkTable(table);
      const known = this.#tables.get(table.name);
      if (known === undefined) this.#tables.set(table.name, this.#loaded(table));
      else if (known.table !== table) checkSameTable(known.table, table);
    }
  }

  async get<Row extends object>(from: Table<Row>, ...key: readonly (string | number)[]): Promise<Row | undefined> {
    return this.#table(from).get(key as readonly Scalar[]) as Row | undefined; // a table holds rows of its own type only
  }

  find<Row extends object>(from: Table<Row>, query: Query<Row>): Finder<Row> {
    return this.#table(from).finders.of(query as Query<object>) as unknown as Finder<Row>;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const done: Undo[] = [];
    try {
      for (const write of writes) done.push(...this.#table(write.table).write(write));
    } catch (error) {
      for (const undo of done.reverse()) undo.table.undo(undo);
      throw error;
    }
  }

  change<Result>(
    decide: () => Promise<{ readonly writes: readonly Write[]; readonly result: Result }>,
  ): Promise<Result> {
    return changeStore(this, decide);
  }

  #loaded(table: Table<object>): MemoryTable {
    const created = new MemoryTable(table);
    const { [table.name]: waiting, ...others } = this.#waiting;
    if (waiting !== undefined) created.load(waiting.rows, waiting.serial);
    this.#waiting = others;
    return created;
  }

  /** All rows by table, by reference: rows never change. */
  snapshot(): Readonly<Record<string, TableSnapshot>> {
    const opened = [...this.#tables].map(([name, table]) => [name, { serial: table.serial, rows: [...table.rows()] }]);
    return { ...this.#waiting, ...Object.fromEntries(opened) };
  }

  /** Replaces all rows. */
  restore(snapshot: Readonly<Record<string, TableSnapshot>>): void {
    this.#waiting = snapshot;
    for (const [name, { table }] of this.#tables) this.#tables.set(name, this.#loaded(table));
  }

  #table(table: Table<never>): MemoryTable {
    const known = this.#tables.get(table.name);
    if (known !== undefined) return known;
    throw new StoreError("bad-schema", `Table ${table.name} was not opened.`, { table: table.name });
  }
}

/** The memory stores of a lab or cell, by stand-in. */
export class MemoryStores implements PowerableStores {
  readonly #stores = new Map<string, MemoryStore>();
  /** Snapshots of stores that were not opened since `restore`. */
  #waiting: StoresSnapshot = {};

  async open(name: string, tables: readonly Table<never>[]): Promise<Store> {
    let store = this.#stores.get(name);
    if (store === undefined) {
      store = new MemoryStore();
      this.#stores.set(name, store);
    }
    store.add(tables);
    const { [name]: waiting, ...others } = this.#waiting;
    if (waiting !== undefined) {
      store.restore(waiting);
      this.#waiting = others;
    }
    return store;
  }

  async snapshot(): Promise<StoresSnapshot> {
    return {
      ...this.#waiting,
      ...Object.fromEntries([...this.#stores].map(([name, store]) => [name, store.snapshot()])),
    };
  }

  async restore(snapshot: StoresSnapshot): Promise<void> {
    this.#stores.clear();
    this.#waiting = snapshot;
  }

  async close(): Promise<void> {
    this.#stores.clear();
  }
}
