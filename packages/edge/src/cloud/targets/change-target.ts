import { type HttpReply, type JsonObject, jsonReply, replace } from "@understudy/kernel";
import { etagOf } from "../../wire/cloud/target-state.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { refusal } from "../http/replies.ts";
import { type TargetRow, targets } from "../tables/device-rows.ts";

/** What the operator wants to change; what is absent stays. */
export interface TargetChange {
  readonly apps?: JsonObject;
  readonly config?: JsonObject;
}

/** Notes what a device is to become. It learns of it when it is deployed. */
export async function changeTarget(
  parts: CloudParts,
  uuid: string,
  { apps, config }: TargetChange,
): Promise<HttpReply> {
  return await update(parts, uuid, (row) => ({
    ...row,
    apps: apps ?? row.apps,
    config: config ?? row.config,
    needs_deployment: true,
    updated_at: parts.world.clock.now(),
  }));
}

/** Makes the noted target the one that the device sees, as the next version. */
export async function deployTarget(parts: CloudParts, uuid: string, by: string): Promise<HttpReply> {
  const now = parts.world.clock.now();
  return await update(parts, uuid, (row) => {
    if (!row.needs_deployment) return refusal(400, "There is nothing to deploy.");
    const { apps, config } = row;
    const version = row.version + 1;
    return {
      ...row,
      version,
      needs_deployment: false,
      last_deployed_at: now,
      deployed_by: by,
      updated_at: now,
      deployed_apps: apps,
      deployed_config: config,
      etag: etagOf({ version, apps, config }),
    };
  });
}

async function update(
  parts: CloudParts,
  uuid: string,
  decide: (row: TargetRow) => TargetRow | HttpReply,
): Promise<HttpReply> {
  const { store } = parts;
  return await store.change<HttpReply>(async () => {
    const row = await store.get(targets, uuid);
    if (row === undefined) return { writes: [], result: refusal(404, `There is no device ${uuid}.`) };
    const next = decide(row);
    if ("status" in next) return { writes: [], result: next };
    const { version, apps, config } = next;
    return {
      writes: [replace(targets, row, next)],
      result: jsonReply({ status: "ok", message: "Target state updated", uuid, version, apps, config }),
    };
  });
}
