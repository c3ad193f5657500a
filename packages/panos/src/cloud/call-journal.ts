import { type Clock, insert, milliseconds, removeWhere, type Store, seconds, table } from "@understudy/kernel";
import type { CallSummary } from "../wire/api/call-summary.ts";
import { CALLS_VIEW } from "./views.ts";

/** Calls that are remembered; older ones are forgotten. */
export const REMEMBERED_CALLS = 10_000;
/** Calls that wait to be written; more make the oldest of them go unnoted. */
const MAX_WAITING = 2000;
const BATCH_EVERY = seconds(1);
/** So many are written at once, with a pause for other work before the next. */
const BATCH = 250;
const PAUSE = milliseconds(10);

/** One call of the API. */
export interface CallRow {
  readonly id: number;
  readonly timestamp: number;
  /** Serial of the firewall it was carried out on; Panorama's own for its own. */
  readonly device_serial: string;
  readonly command: string;
  readonly admin: string;
  readonly remote: string;
  readonly response_status: string;
  readonly unknown: boolean;
  readonly duration_ms: number;
}

export const callsTable = table<CallRow>(
  "panorama_api_calls",
  {
    id: "integer",
    timestamp: "integer",
    device_serial: "text",
    command: "text",
    admin: "text",
    remote: "text",
    response_status: "text",
    unknown: "boolean",
    duration_ms: "integer",
  },
  { key: ["id"], indexes: [["device_serial"], ["unknown"]], view: CALLS_VIEW },
);

/** What to look for in the journal. */
export interface CallSearch {
  readonly device?: string;
  /** Part of the command. */
  readonly text?: string;
  readonly status?: string;
  readonly limit: number;
}

/** Every call of the API, written in batches: what came in during the last second may be lost with the power. */
export class CallJournal {
  readonly #store: Store;
  readonly #clock: Clock;
  #waiting: CallRow[] = [];
  #last = 0;
  /** So many of those that wait are to be written in this round. */
  #round = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    this.#last = (await this.#store.find(callsTable, { order: [["id", "desc"]] }).first([]))?.id ?? 0;
  }

  note(serial: string, summary: CallSummary, started: number): void {
    const now = this.#clock.now();
    if (this.#waiting.length === 0) this.#clock.wake(BATCH_EVERY, { name: "journal" });
    if (this.#waiting.length === MAX_WAITING) this.#waiting.shift();
    const { command, admin, remote, status, unknown } = summary;
    this.#waiting.push({
      id: ++this.#last,
      timestamp: started,
      device_serial: serial,
      command,
      admin,
      remote,
      response_status: status,
      unknown,
      duration_ms: now - started,
    });
  }

  /** Writes all that waits. */
  async flush(): Promise<void> {
    this.#round = 0;
    await this.#write(this.#waiting.splice(0));
  }

  /** Its time has come: writes a part of what waits, and comes back for the rest. What is noted meanwhile has a round of its own. */
  async wake(): Promise<void> {
    const round = Math.min(this.#round === 0 ? this.#waiting.length : this.#round, this.#waiting.length);
    const batch = this.#waiting.splice(0, Math.min(round, BATCH));
    this.#round = round - batch.length;
    await this.#write(batch);
    if (this.#waiting.length > 0) this.#clock.wake(this.#round > 0 ? PAUSE : BATCH_EVERY, { name: "journal" });
  }

  async #write(batch: readonly CallRow[]): Promise<void> {
    if (batch.length === 0) return;
    const old =
      this.#last > REMEMBERED_CALLS
        ? [removeWhere(callsTable, { where: [["id", "<="]] }, [this.#last - REMEMBERED_CALLS])]
        : [];
    await this.#store.commit([...batch.map((row) => insert(callsTable, row)), ...old]);
  }

  /** Newest first. */
  async search({ device, text, status, limit }: CallSearch): Promise<readonly CallRow[]> {
    await this.flush();
    const all =
      device === undefined
        ? await this.#store.find(callsTable, { order: [["id", "desc"]] }).all([])
        : await this.#store
            .find(callsTable, { where: [["device_serial", "="]], order: [["id", "desc"]] })
            .all([device]);
    const fits = (row: CallRow): boolean =>
      (text === undefined || row.command.includes(text)) && (status === undefined || row.response_status === status);
    return all.filter(fits).slice(0, limit);
  }

  /** Commands that were asked for and are not known, the most wanted first. */
  async unknownCommands(): Promise<
    readonly { readonly command: string; readonly count: number; readonly last: number }[]
  > {
    await this.flush();
    const rows = await this.#store.find(callsTable, { where: [["unknown", "="]] }).all([true]);
    const groups = Map.groupBy(rows, ({ command }) => command);
    const report = [...groups].map(([command, of]) => ({
      command,
      count: of.length,
      last: Math.max(...of.map(({ timestamp }) => timestamp)),
    }));
    return report.sort((a, b) => b.count - a.count || (a.command < b.command ? -1 : 1));
  }
}
