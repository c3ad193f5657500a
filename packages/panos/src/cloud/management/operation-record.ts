import { type Instant, toIso } from "@understudy/kernel";
import type { OperationRow } from "../operation-book.ts";

/** An operation as the management routes list it. */
export interface OperationRecord {
  readonly operation_id: string;
  readonly device_serial: string;
  readonly operation_type: string;
  readonly target_version: string;
  readonly status: "pending" | "in_progress" | "complete" | "failed";
  readonly progress: number;
  readonly error_message: string | null;
  readonly started_at: string;
  readonly completed_at: string | null;
}

export function operationRecord(row: OperationRow, now: Instant): OperationRecord {
  const done = row.completed_at !== null;
  const share = row.length_ms === 0 ? 0 : (now - row.started_at) / row.length_ms;
  return {
    operation_id: row.operation_id,
    device_serial: row.device_serial,
    operation_type: row.operation_type,
    target_version: row.target_version,
    status: done ? (row.error_message === null ? "complete" : "failed") : "in_progress",
    progress: done ? 100 : Math.max(0, Math.min(99, Math.floor(share * 100))),
    error_message: row.error_message,
    started_at: toIso(row.started_at as Instant), // written from an instant
    completed_at: row.completed_at === null ? null : toIso(row.completed_at as Instant), // likewise
  };
}
