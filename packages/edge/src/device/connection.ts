import type { Duration } from "@understudy/kernel";
import type { AgentCore } from "./agent-core.ts";
import { afterFailure, type Exchange, type LoopRecord, NO_FAILURES, nextHealth } from "./connection-health.ts";

/** The two loops that talk to the cloud. */
export type Loop = "polls" | "reports";

/** Counts what the loops live through, and says how the device stands with its cloud. */
export class Connection {
  readonly #core: AgentCore;
  #polls: LoopRecord = NO_FAILURES;
  #reports: LoopRecord = NO_FAILURES;

  constructor(core: AgentCore) {
    this.#core = core;
  }

  /** Takes note of an exchange's end. The wait until the next try after a failure; `undefined` when all is well. */
  ended(loop: Loop, exchange: Exchange): Duration | undefined {
    let delay: Duration | undefined;
    let record = NO_FAILURES;
    if (exchange.kind !== "ok") {
      const before = loop === "polls" ? this.#polls : this.#reports;
      ({ record, delay } = afterFailure(before, exchange, this.#core.draw()));
    }
    if (loop === "polls") this.#polls = record;
    else this.#reports = record;
    this.#tell(exchange);
    return delay;
  }

  #tell(exchange: Exchange): void {
    const health = nextHealth(this.#core.state.connection, exchange, [this.#polls, this.#reports]);
    if (health === this.#core.state.connection) return;
    const online = health === "online" || health === "degraded";
    const about = exchange.kind === "failed" ? { reason: exchange.reason } : undefined;
    this.#core.change(health, { connection: health, online }, about);
  }
}
