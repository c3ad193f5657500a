import { removeWhere } from "@understudy/kernel";
import type { Hub } from "../hub.ts";
import { logTable } from "../tables/log-rows.ts";

/** Lines between two looks at the bound. */
const LOOK_EVERY = 1_000;

/** Keeps the newest lines of all devices together, as many as the options allow, and drops the oldest. */
export class LogBound {
  readonly #most: number;
  #unseen = LOOK_EVERY;

  constructor(most: number) {
    this.#most = most;
  }

  /** So many lines were stored. */
  async added(hub: Hub, lines: number): Promise<void> {
    this.#unseen += lines;
    if (this.#unseen < LOOK_EVERY) return;
    this.#unseen = 0;
    const newest = (await hub.find.newestLog.first([]))?.serial ?? 0;
    const oldest = (await hub.find.oldestLog.first([]))?.serial ?? 0;
    const last = newest - this.#most;
    if (oldest > last) return;
    await hub.store.commit([removeWhere(logTable, { where: [["serial", "<="]] }, [last])]);
    hub.world.log.info(() => `dropped the oldest log lines, up to number ${last}: ${this.#most} are kept`);
  }
}
