import { insert, remove, replace, type Store, table } from "@understudy/kernel";
import type { Operation } from "../wire/link/panorama-frames.ts";
import { OPERATIONS_VIEW } from "./views.ts";

/** Operations that are remembered; older ones are forgotten. */
export const REMEMBERED_OPERATIONS = 10_000;

/** One operation of a firewall, as it told it. */
export interface OperationRow {
  readonly number: number;
  readonly operation_id: string;
  readonly device_serial: string;
  readonly operation_type: Operation["kind"];
  readonly target_version: string;
  readonly error_message: string | null;
  readonly started_at: number;
  readonly length_ms: number;
  readonly completed_at: number | null;
}

export const operationsTable = table<OperationRow>(
  "panorama_operations",
  {
    number: "integer",
    operation_id: "text",
    device_serial: "text",
    operation_type: "text",
    target_version: "text",
    error_message: "text?",
    started_at: "integer",
    length_ms: "integer",
    completed_at: "integer?",
  },
  { key: ["operation_id"], indexes: [["number"]], view: OPERATIONS_VIEW },
);

/** Panorama's book of downloads, installations and reboots. */
export class OperationBook {
  readonly #store: Store;
  #last = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  async load(): Promise<void> {
    this.#last = (await this.#store.find(operationsTable, { order: [["number", "desc"]] }).first([]))?.number ?? 0;
  }

  /** Notes how an operation stands. */
  async note(serial: string, operation: Operation): Promise<void> {
    const number = ++this.#last;
    await this.#store.change(async () => {
      const old = await this.#store.get(operationsTable, operation.id);
      const row = rowOf(serial, operation, old, number);
      if (old !== undefined) return { writes: [replace(operationsTable, old, row)], result: undefined };
      const oldest =
        number > REMEMBERED_OPERATIONS
          ? await this.#store.find(operationsTable, { where: [["number", "<="]] }).all([number - REMEMBERED_OPERATIONS])
          : [];
      return {
        writes: [insert(operationsTable, row), ...oldest.map((one) => remove(operationsTable, one))],
        result: undefined,
      };
    });
  }

  /** Newest first. */
  newest(limit: number): Promise<readonly OperationRow[]> {
    return this.#store.find(operationsTable, { order: [["number", "desc"]] }).all([], { limit });
  }
}

/** What was known of a beginning stays when only the end is told. */
function rowOf(serial: string, operation: Operation, old: OperationRow | undefined, number: number): OperationRow {
  return {
    number: old?.number ?? number,
    operation_id: operation.id,
    device_serial: serial,
    operation_type: operation.kind,
    target_version: operation.version,
    error_message: operation.error ?? null,
    started_at: old?.started_at ?? operation.startedAt,
    length_ms: Math.max(old?.length_ms ?? 0, operation.lengthMs),
    completed_at: operation.completedAt ?? null,
  };
}
