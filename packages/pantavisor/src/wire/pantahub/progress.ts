import type { JsonObject, JsonValue } from "@understudy/kernel";
import { misfit } from "./misfit.ts";

/**
 * What a step cannot leave any more. Statuses are texts: besides the final ones the reference server and its clients know NEW, QUEUED,
 * DOWNLOADING, INPROGRESS and TESTING, and others are taken all the same.
 */
export const isFinalStatus = (status: string): boolean => FINAL.has(status);
/** The device runs the revision. */
export const isGoodStatus = (status: string): boolean => status === "DONE" || status === "UPDATED";

const FINAL: ReadonlySet<string> = new Set(["UPDATED", "DONE", "WONTGO", "ERROR", "CANCEL", "CANCELLED"]);

export interface DownloadTotal {
  readonly current_time: number;
  readonly object_id?: string;
  readonly object_name?: string;
  readonly start_time: number;
  readonly total_downloaded: number;
  readonly total_size: number;
}

/** How far a device is with a step. Keys in canonical order; members a client adds of its own are kept. */
export interface Progress {
  readonly data?: JsonValue;
  readonly downloads: { readonly objects: readonly JsonValue[] | null; readonly total: DownloadTotal };
  readonly log: string;
  /** Percent. */
  readonly progress: number;
  readonly status: string;
  readonly "status-msg": string;
}

const NO_DOWNLOADS: Progress["downloads"] = Object.freeze({
  objects: null,
  total: Object.freeze({ current_time: 0, start_time: 0, total_downloaded: 0, total_size: 0 }),
});

/** A progress without downloads. */
export const progressOf = (status: string, percent: number, message: string): Progress =>
  Object.freeze({ downloads: NO_DOWNLOADS, log: "", progress: percent, status, "status-msg": message });

/** Of a step that no device has seen. */
export const NEW_PROGRESS: Progress = progressOf("NEW", 0, "");

/** Reads the progress a device reports; what it leaves out has its zero value. Throws `WireError` for a member of a wrong type. */
export function parseProgress(value: unknown): Progress {
  const given = record(value, "body");
  const status = text(given, "status", "body");
  const downloads = given["downloads"];
  return {
    ...(given as JsonObject),
    downloads: downloads === undefined || downloads === null ? NO_DOWNLOADS : parseDownloads(downloads),
    log: text(given, "log", "body"),
    progress: integer(given, "progress", "body"),
    status,
    "status-msg": text(given, "status-msg", "body"),
  };
}

function parseDownloads(value: unknown): Progress["downloads"] {
  const given = record(value, "body.downloads");
  const objects = given["objects"] ?? null;
  if (objects !== null && !Array.isArray(objects)) throw misfit("body.downloads.objects", objects, "an array or null");
  const total = record(given["total"] ?? {}, "body.downloads.total");
  const where = "body.downloads.total";
  for (const name of ["object_id", "object_name"] as const) text(total, name, where);
  return {
    ...(given as JsonObject),
    objects,
    total: {
      ...(total as JsonObject),
      current_time: integer(total, "current_time", where),
      start_time: integer(total, "start_time", where),
      total_downloaded: integer(total, "total_downloaded", where),
      total_size: integer(total, "total_size", where),
    },
  };
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>; // Checked.
  throw misfit(where, value, "an object");
}

function text(from: Readonly<Record<string, unknown>>, name: string, where: string): string {
  const value = from[name] ?? "";
  if (typeof value === "string") return value;
  throw misfit(`${where}.${name}`, value, "a text");
}

function integer(from: Readonly<Record<string, unknown>>, name: string, where: string): number {
  const value = from[name] ?? 0;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw misfit(`${where}.${name}`, value, "an integer");
}
