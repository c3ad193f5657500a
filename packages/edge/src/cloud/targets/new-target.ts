import type { JsonObject } from "@understudy/kernel";
import { etagOf } from "../../wire/cloud/target-state.ts";
import type { TargetRow } from "../tables/device-rows.ts";

const NO_APPS: JsonObject = Object.freeze({});

/** The first target of a device: no apps, the cloud's default config. */
export function newTarget(uuid: string, config: JsonObject, now: number): TargetRow {
  return {
    device_uuid: uuid,
    apps: NO_APPS,
    config,
    version: 1,
    needs_deployment: false,
    last_deployed_at: null,
    deployed_by: null,
    updated_at: now,
    deployed_apps: NO_APPS,
    deployed_config: config,
    etag: etagOf({ version: 1, apps: NO_APPS, config }),
  };
}
