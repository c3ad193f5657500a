import type { JsonObject } from "@understudy/kernel";
import { etagOf, type TargetState } from "../../wire/cloud/target-state.ts";
import type { TargetRow } from "../tables/device-rows.ts";

const NO_APPS: JsonObject = Object.freeze({});

/** The target of a device of which nothing was said yet, with its tag: one record for all of them. */
export interface FirstTarget extends TargetState {
  readonly etag: string;
}

/** No apps and the cloud's default config, as version 1. */
export function firstTargetOf(config: JsonObject): FirstTarget {
  const target: TargetState = { version: 1, apps: NO_APPS, config };
  return { ...target, etag: etagOf(target) };
}

/** The row of a new device. */
export function newTarget(uuid: string, { version, apps, config, etag }: FirstTarget, now: number): TargetRow {
  return {
    device_uuid: uuid,
    apps,
    config,
    version,
    needs_deployment: false,
    last_deployed_at: null,
    deployed_by: null,
    updated_at: now,
    deployed_apps: apps,
    deployed_config: config,
    etag,
  };
}
