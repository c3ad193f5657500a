import type { Finder, Query, Store, Stores, Table, Write } from "../store/store.ts";
import { StoreError } from "../store/store.ts";
import type { Life } from "./life.ts";

const MOST_TRIES = 20;

/** Tables that stop answering when the power is gone. */
export class GuardedStores implements Stores {
  readonly #life: Life;
  readonly #stores: Stores;

  constructor(life: Life, stores: Stores) {
    this.#life = life;
    this.#stores = stores;
  }

  async open(name: string, tables: readonly Table<never>[]): Promise<Store> {
    return new GuardedStore(this.#life, await this.#life.guard(this.#stores.open(name, tables)));
  }
}

class GuardedStore implements Store {
  readonly #life: Life;
  readonly #store: Store;

  constructor(life: Life, store: Store) {
    this.#life = life;
    this.#store = store;
  }

  get<Row extends object>(from: Table<Row>, ...key: readonly (string | number)[]): Promise<Row | undefined> {
    return this.#life.guard(this.#store.get(from, ...key));
  }

  find<Row extends object>(from: Table<Row>, query: Query<Row>): Finder<Row> {
    const life = this.#life;
    const finder = this.#store.find(from, query);
    return {
      all: (values, page) => life.guard(finder.all(values, page)),
      first: (values) => life.guard(finder.first(values)),
      count: (values) => life.guard(finder.count(values)),
    };
  }

  commit(writes: readonly Write[]): Promise<void> {
    return this.#life.write("commit", () => this.#store.commit(writes));
  }

  /** As the contract says, but each commit passes through the guard, so that a power cut can fall before or after it. */
  async change<Result>(
    decide: () => Promise<{ readonly writes: readonly Write[]; readonly result: Result }>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const { writes, result } = await decide();
      try {
        if (writes.length > 0) await this.commit(writes);
        return result;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "conflict" || attempt === MOST_TRIES) throw error;
      }
    }
  }
}
