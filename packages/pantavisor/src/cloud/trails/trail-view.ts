import type { Instant } from "@understudy/kernel";
import { type JsonObject, toIso } from "@understudy/kernel";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import {
  NEVER,
  NO_PROGRESS_TIME,
  type StepResource,
  stepId,
  type TrailResource,
} from "../../wire/pantahub/step-resource.ts";
import { shownTime } from "../hub.ts";
import type { StepRow, TrailRow } from "../tables/trail-rows.ts";

const NOTHING: JsonObject = Object.freeze({});
const NO_OBJECTS: readonly string[] = Object.freeze([]);

/** A trail with its factory step. */
export function trailResource(trail: TrailRow, factory: StepRow | undefined): TrailResource {
  return {
    device: devicePrn(trail.id),
    "factory-state": factory?.state ?? NOTHING,
    id: trail.id,
    "last-insync": NEVER,
    "last-touched": shownTime(trail.touched),
    owner: trail.owner,
    used_objects: factory?.usedObjects ?? NO_OBJECTS,
  };
}

/** A step; its keys are in canonical order, so that a `plain` row gives a plain resource. */
export function stepResource(trail: TrailRow, step: StepRow): StepResource {
  const created = toIso(step.created as Instant); // Rows hold milliseconds.
  return {
    "commit-msg": step.message,
    committer: step.committer,
    device: devicePrn(trail.id),
    garbage: false,
    id: stepId(trail.id, step.rev),
    mark_public_processed: false,
    meta: step.meta,
    owner: trail.owner,
    progress: step.progress,
    "progress-time": shownTime(step.progressed, NO_PROGRESS_TIME),
    rev: step.rev,
    state: step.state,
    "state-sha": step.sha,
    "step-time": created,
    "time-created": created,
    "time-modified": shownTime(step.modified),
    "trail-id": trail.id,
    used_objects: step.usedObjects,
  };
}
