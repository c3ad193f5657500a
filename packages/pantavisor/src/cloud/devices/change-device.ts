import { type JsonObject, replace, StoreError } from "@understudy/kernel";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { type DeviceReportRow, type DeviceRow, deviceReportTable, deviceTable } from "../tables/device-rows.ts";
import { knownDevice } from "./find-device.ts";

/** Reads a device, decides what it is to be, and commits that with a new `modified`. A nick that is taken: 409. */
export async function changeDevice(
  hub: Hub,
  id: string,
  decide: (row: DeviceRow) => DeviceRow,
  who: string,
  action: string,
): Promise<DeviceRow> {
  try {
    const changed = await hub.store.change(async () => {
      const row = await knownDevice(hub, id);
      const next = { ...decide(row), modified: hub.world.clock.now() };
      return { writes: [replace(deviceTable, row, next)], result: next };
    });
    hub.beliefs.device(changed);
    hub.world.audit.record({ who, action, target: id, result: "done" });
    return changed;
  } catch (error) {
    if (error instanceof StoreError && error.code === "exists") throw new Refusal(409, "device already exists");
    throw error;
  }
}

/** A device may name its lab id here, where the lab did not make it. */
export const LAB_ID_KEY = "understudy.device";

/** Puts what a device says of itself into its report. `decide` gives `undefined` where nothing changes. */
export async function changeReport(
  hub: Hub,
  id: string,
  remote: string,
  decide: (meta: JsonObject) => JsonObject | undefined,
): Promise<"done" | "unknown"> {
  return hub.store.change(async () => {
    const row = await hub.store.get(deviceReportTable, id);
    if (row === undefined) return { writes: [], result: "unknown" as const };
    const meta = decide(row.meta);
    if (meta === undefined) return { writes: [], result: "done" as const };
    const next: DeviceReportRow = { device: row.device, meta, modified: hub.world.clock.now(), remote };
    return { writes: [replace(deviceReportTable, row, next)], result: "done" as const };
  });
}
