import { type Logger, removeWhere, type Store } from "@understudy/kernel";
import type { Finders } from "../tables/finders.ts";
import { logTable } from "../tables/log-rows.ts";

/** Lines between two looks at the bound. */
const LOOK_EVERY = 1_000;

/** Keeps the newest lines of all devices together, as many as the options allow, and drops the oldest. */
export class LogBound {
  readonly #store: Store;
  readonly #find: Finders;
  readonly #log: Logger;
  readonly #most: number;
  #unseen = LOOK_EVERY;

  constructor(store: Store, find: Finders, log: Logger, most: number) {
    this.#store = store;
    this.#find = find;
    this.#log = log;
    this.#most = most;
  }

  /** So many lines were stored. */
  async added(lines: number): Promise<void> {
    this.#unseen += lines;
    if (this.#unseen < LOOK_EVERY) return;
    this.#unseen = 0;
    const newest = (await this.#find.newestLog.first([]))?.serial ?? 0;
    const oldest = (await this.#find.oldestLog.first([]))?.serial ?? 0;
    const last = newest - this.#most;
    if (oldest > last) return;
    await this.#store.commit([removeWhere(logTable, { where: [["serial", "<="]] }, [last])]);
    this.#log.info(() => `dropped the oldest log lines, up to number ${last}: ${this.#most} are kept`);
  }
}
