import { replace } from "@understudy/kernel";
import type { CloudParts } from "../cloud-parts.ts";
import { type DeviceRow, devices } from "../tables/device-rows.ts";

/** A device was heard of. Only the first time after a silence is written down. */
export async function markOnline(parts: CloudParts, device: DeviceRow): Promise<void> {
  parts.fleet.seen(device.uuid);
  if (!device.is_online) await setOnline(parts, device.uuid, true);
}

/** Writes down that a device is online, or not. */
export async function setOnline({ store, fleet }: CloudParts, uuid: string, isOnline: boolean): Promise<void> {
  const row = await store.change<DeviceRow | undefined>(async () => {
    const device = await store.get(devices, uuid);
    if (device === undefined || device.is_online === isOnline) return { writes: [], result: undefined };
    const next = { ...device, is_online: isOnline };
    return { writes: [replace(devices, device, next)], result: next };
  });
  if (row !== undefined) fleet.note(row);
}

/** Devices that have been silent for too long are offline. */
export async function expireSilent(parts: CloudParts): Promise<void> {
  for (const uuid of parts.fleet.silent()) await setOnline(parts, uuid, false);
}
