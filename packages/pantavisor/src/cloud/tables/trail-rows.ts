import { type JsonObject, table } from "@understudy/kernel";
import type { Progress } from "../../wire/pantahub/progress.ts";

/**
 * A trail, with what is asked of its steps all the time: so a poll that finds nothing reads one row. The numbers are
 * committed together with the steps they speak of. The factory state is that of step 0.
 */
export interface TrailRow {
  /** The device's id. */
  readonly id: string;
  readonly owner: string;
  /** Zero: never. */
  readonly touched: number;
  /** The highest revision. */
  readonly newest: number;
  /** The highest revision whose status is not NEW, and that status; -1 and empty when there is none. */
  readonly shown: number;
  readonly status: string;
  /** The highest revision that ended well; -1 when there is none. */
  readonly good: number;
  /** Number of steps whose status is not final. */
  readonly open: number;
}

export const trailTable = table<TrailRow>(
  "trails",
  {
    id: "text",
    owner: "text",
    touched: "integer",
    newest: "integer",
    shown: "integer",
    status: "text",
    good: "integer",
    open: "integer",
  },
  { key: ["id"], indexes: [["owner"]] },
);

/** One revision of a trail. */
export interface StepRow {
  readonly trail: string;
  readonly rev: number;
  /** That of `progress`, to search by. */
  readonly status: string;
  readonly progress: Progress;
  /** Zero: no device has touched it. */
  readonly progressed: number;
  /** With keys in canonical order. */
  readonly state: JsonObject;
  readonly sha: string;
  readonly message: string;
  readonly committer: string;
  readonly meta: JsonObject;
  readonly usedObjects: readonly string[];
  readonly created: number;
  readonly modified: number;
  /** `JSON.stringify` of the rendered step is canonical JSON. */
  readonly plain: boolean;
}

export const stepTable = table<StepRow>(
  "steps",
  {
    trail: "text",
    rev: "integer",
    status: "text",
    progress: "json",
    progressed: "integer",
    state: "json",
    sha: "text",
    message: "text",
    committer: "text",
    meta: "json",
    usedObjects: "json",
    created: "integer",
    modified: "integer",
    plain: "boolean",
  },
  { key: ["trail", "rev"], indexes: [["trail", "status"]] },
);
