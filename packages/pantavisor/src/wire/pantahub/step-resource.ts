import type { JsonObject } from "@understudy/kernel";
import type { Progress } from "./progress.ts";

/** A device's trail: what it came with, and whose it is. Keys in canonical order. */
export interface TrailResource {
  readonly device: string;
  readonly "factory-state": JsonObject;
  readonly id: string;
  readonly "last-insync": string;
  readonly "last-touched": string;
  readonly owner: string;
  readonly used_objects: readonly string[];
}

/** One revision of a trail. Keys in canonical order, so that the C client finds `rev` and `progress` before the state's own keys. */
export interface StepResource {
  readonly "commit-msg": string;
  readonly committer: string;
  readonly device: string;
  readonly garbage: boolean;
  readonly id: string;
  readonly mark_public_processed: boolean;
  readonly meta: JsonObject;
  readonly owner: string;
  readonly progress: Progress;
  readonly "progress-time": string;
  readonly rev: number;
  readonly state: JsonObject;
  readonly "state-sha": string;
  readonly "step-time": string;
  readonly "time-created": string;
  readonly "time-modified": string;
  readonly "trail-id": string;
  readonly used_objects: readonly string[];
}

/** Of a time that was never set. */
export const NEVER = "0001-01-01T00:00:00Z";
/** Progress time of a step that no device has touched. */
export const NO_PROGRESS_TIME = "1970-01-01T00:00:00Z";

export const stepId = (trailId: string, rev: number): string => `${trailId}-${rev}`;

/** The members of a step that a filter can project, with their zero values. */
export const ZERO_STEP: StepResource = {
  "commit-msg": "",
  committer: "",
  device: "",
  garbage: false,
  id: "",
  mark_public_processed: false,
  meta: {},
  owner: "",
  progress: {
    downloads: { objects: null, total: { current_time: 0, start_time: 0, total_downloaded: 0, total_size: 0 } },
    log: "",
    progress: 0,
    status: "",
    "status-msg": "",
  },
  "progress-time": NEVER,
  rev: 0,
  state: {},
  "state-sha": "",
  "step-time": NEVER,
  "time-created": NEVER,
  "time-modified": NEVER,
  "trail-id": "",
  used_objects: [],
};

/** Response header of everything under `/trails`. */
export const CANONICAL_HEADER = ["PhJsonFormat", "gibson042-canonicaljson"] as const;
