import { integerAt, isRecord, recordAt, textAt } from "./fields.ts";

/** How far a step is, by the cloud's own words. */
export type ProgressStatus =
  | "NEW"
  | "SYNCING"
  | "QUEUED"
  | "DOWNLOADING"
  | "INPROGRESS"
  | "TESTING"
  | "UPDATED"
  | "DONE"
  | "WONTGO"
  | "ERROR"
  | "CANCELLED";

const STATUSES: ReadonlyMap<string, ProgressStatus> = new Map<string, ProgressStatus>([
  ["NEW", "NEW"],
  ["SYNCING", "SYNCING"],
  ["QUEUED", "QUEUED"],
  ["DOWNLOADING", "DOWNLOADING"],
  ["INPROGRESS", "INPROGRESS"],
  ["TESTING", "TESTING"],
  ["UPDATED", "UPDATED"],
  ["DONE", "DONE"],
  ["WONTGO", "WONTGO"],
  ["ERROR", "ERROR"],
  ["CANCEL", "CANCELLED"],
  ["CANCELED", "CANCELLED"],
  ["CANCELLED", "CANCELLED"],
]);

/** A status in any case; the hub's `CANCEL` and both spellings of the participle are one. `undefined`: not a known word. */
export const parseStatus = (word: string): ProgressStatus | undefined => STATUSES.get(word.toUpperCase());

export type FinalStatus = "DONE" | "UPDATED" | "WONTGO" | "ERROR" | "CANCELLED";

/** True when nothing follows this status any more. */
export function isFinal(status: ProgressStatus): status is FinalStatus {
  return (
    status === "DONE" || status === "UPDATED" || status === "WONTGO" || status === "ERROR" || status === "CANCELLED"
  );
}

/** True when a revision with this status is one a device runs. */
export const isSuccess = (status: ProgressStatus): boolean => status === "DONE" || status === "UPDATED";

/** Counters of a download as the hub keeps them; times in seconds since 1970. */
export interface DownloadCounters {
  readonly object_name?: string;
  readonly object_id?: string;
  readonly total_size: number;
  readonly total_downloaded: number;
  readonly start_time: number;
  readonly current_time: number;
}

/** The progress document: what `PUT …/progress` carries and `.pv/progress` holds, in this order. */
export interface Progress {
  readonly status: ProgressStatus;
  /** Percent. */
  readonly progress: number;
  readonly "status-msg": string;
  readonly logs: string;
  readonly downloads: { readonly total: DownloadCounters; readonly objects: readonly DownloadCounters[] | null };
}

export const NO_DOWNLOADS: Progress["downloads"] = {
  total: { total_size: 0, total_downloaded: 0, start_time: 0, current_time: 0 },
  objects: null,
};

export const progressOf = (
  status: ProgressStatus,
  percent: number,
  message: string,
  downloads: Progress["downloads"] = NO_DOWNLOADS,
): Progress => ({ status, progress: percent, "status-msg": message, logs: "", downloads });

/** Text of `.pv/progress` of the revision a device was made with. */
export const FACTORY_PROGRESS = '{"status":"DONE","status-msg":"Factory revision","progress":100,"retries":0}';

/** What is told to the cloud of revision 0. */
export const BOOTSTRAP_PROGRESS: Progress = progressOf("DONE", 100, "Bootstrap complete");

/** Reads what a step or a progress file says; missing texts are empty. `undefined`: no known status. */
export function readProgress(
  value: unknown,
): { readonly status: ProgressStatus; readonly percent: number; readonly message: string } | undefined {
  if (!isRecord(value)) return undefined;
  const status = parseStatus(textAt(value, "status") ?? "");
  if (status === undefined) return undefined;
  return { status, percent: integerAt(value, "progress") ?? 0, message: textAt(value, "status-msg") ?? "" };
}

/** How much of a step's objects has been downloaded; `undefined` when the document does not say. */
export function readDownloaded(value: unknown): { readonly size: number; readonly downloaded: number } | undefined {
  if (!isRecord(value)) return undefined;
  const downloads = recordAt(value, "downloads");
  const total = downloads === undefined ? undefined : recordAt(downloads, "total");
  if (total === undefined) return undefined;
  return { size: integerAt(total, "total_size") ?? 0, downloaded: integerAt(total, "total_downloaded") ?? 0 };
}
